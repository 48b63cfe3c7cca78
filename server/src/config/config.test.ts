import { describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig } from './config.ts';

const NODE = {
  REDIS_URL: 'redis://127.0.0.1',
  HAVEN_CLUSTER_SECRET: 'x'.repeat(32),
  HAVEN_NODE_URL: 'http://127.0.0.1:3000',
};

describe('the settings', () => {
  test('have defaults that suit a newcomer on one machine', () => {
    expect(readConfig({})).toMatchObject({ port: 3000, listenAddress: '127.0.0.1', demo: true, tls: 'off' });
  });

  test('treat an empty variable as absent', () => {
    expect(readConfig({ PORT: '' }).port).toBe(3000);
  });

  test.each([
    [{ PORT: '70000' }, /PORT/],
    [{ HAVEN_MAX_VIEWERS: 'many' }, /HAVEN_MAX_VIEWERS/],
    [{ HAVEN_CLUSTER_MAX_VIEWERS: '10' }, /HAVEN_CLUSTER_SECRET/],
    [{ ...NODE, HAVEN_ANNOUNCED_ADDRESS: 'haven.example' }, /HAVEN_ANNOUNCED_ADDRESS/],
    [{ HAVEN_PATIENT_ID_PATTERN: '(' }, /HAVEN_PATIENT_ID_PATTERN/],
    [{ HAVEN_LOG_LEVEL: 'loud' }, /HAVEN_LOG_LEVEL/],
    [{ HAVEN_METRICS_TOKEN: 'short' }, /HAVEN_METRICS_TOKEN/],
    [{ SUPABASE_URL: 'https://db.invalid' }, /SUPABASE_PUBLISHABLE_KEY/],
    [{ HAVEN_LISTEN: '0.0.0.0' }, /HAVEN_TLS/],
    [{ HAVEN_ALLOWED_ORIGINS: '*' }, /HAVEN_ALLOWED_ORIGINS/],
    [{ HAVEN_ALLOWED_ORIGINS: 'https://ward.example/wall' }, /HAVEN_ALLOWED_ORIGINS/],
    [{ HAVEN_TRUSTED_NETWORKS: '10.0.0.0/8,office' }, /HAVEN_TRUSTED_NETWORKS/],
    [{ HAVEN_TRUSTED_PROXIES: '10.0.0.0/64' }, /HAVEN_TRUSTED_PROXIES/],
    [{ HAVEN_HTTP_RATE: '30' }, /HAVEN_HTTP_BURST/],
    [{ HAVEN_SESSION_INACTIVITY_MINUTES: '721' }, /HAVEN_SESSION_INACTIVITY_MINUTES/],
    [{ HAVEN_SESSION_HOURS: '73' }, /HAVEN_SESSION_HOURS/],
    [{ HAVEN_RETENTION_DAYS: '0' }, /HAVEN_RETENTION_DAYS/],
    [{ HAVEN_RETENTION_DAYS: '3651' }, /HAVEN_RETENTION_DAYS/],
    [{ HAVEN_JOURNAL_LIMIT_MB: '1' }, /HAVEN_JOURNAL_LIMIT_MB/],
    [{ REDIS_URL: 'http://127.0.0.1:6379' }, /REDIS_URL/],
    [{ HAVEN_DEMO: '1', NODE_ENV: 'production' }, /HAVEN_DEMO/],
  ])('name the one that is wrong: %j', (environment, named) => {
    expect(() => readConfig(environment)).toThrow(ConfigError);
    expect(() => readConfig(environment)).toThrow(named);
  });

  test('refuse synthetic sources in production and with hosted Supabase', () => {
    expect(readConfig({ NODE_ENV: 'production' })).toMatchObject({ demo: false, syntheticAllowed: false });
    const hosted = {
      SUPABASE_URL: 'https://db.invalid',
      SUPABASE_PUBLISHABLE_KEY: 'p',
      SUPABASE_SECRET_KEY: 's',
    };
    expect(readConfig(hosted)).toMatchObject({ demo: false, syntheticAllowed: false });
  });

  test('send logs to a file when a person reads the terminal, unless told otherwise', () => {
    expect(readConfig({ HAVEN_DATA_DIR: '/data' }, true).logFile).toBe('/data/haven.log');
    expect(readConfig({ HAVEN_DATA_DIR: '/data' }).logFile).toBeUndefined();
    expect(readConfig({ HAVEN_LOG_FILE: '-' }, true).logFile).toBeUndefined();
  });

  test('let other machines in over TLS', () => {
    expect(readConfig({ HAVEN_LISTEN: '0.0.0.0', HAVEN_TLS: 'self-signed' }).listenAddress).toBe('0.0.0.0');
  });
});
