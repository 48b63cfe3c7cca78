/** Tests run as native ES modules; swc only strips the types, as Node itself does at run time. */
const transform = {
  '^.+\\.tsx?$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', tsx: true },
        target: 'es2024',
        transform: { react: { runtime: 'automatic' } },
      },
      module: { type: 'es6' },
    },
  ],
};
/** End to end, within bounds that a busy machine keeps: two of them run at once. */
const CALM = [
  'access',
  'administration',
  'bad-input',
  'balancer',
  'bedside',
  'command-lines',
  'cv-worker-elsewhere',
  'drain',
  'eval/matrix/design',
  'eval/matrix/run-cells',
  'eval/matrix/scoring',
  'eval/recordings',
  'observation',
  'resume',
  'security-policy',
  'standards',
  'tls',
];
const endToEnd = {
  setupFilesAfterEnv: ['<rootDir>/e2e/support/patience.ts'],
  testEnvironment: 'node',
};
const common = { transform, extensionsToTreatAsEsm: ['.ts', '.tsx'], injectGlobals: false };

export default {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{protocol,server,cv-worker,device,infra}/**/*.test.{ts,mjs}'],
      testEnvironment: 'node',
    },
    {
      ...common,
      displayName: 'web',
      testMatch: ['<rootDir>/web/src/**/*.test.{ts,tsx}'],
      testEnvironment: 'jsdom',
      setupFiles: ['<rootDir>/web/src/testing/jsdom-gaps.ts'],
      moduleNameMapper: { '\\.css$': '<rootDir>/web/src/testing/css-module.ts' },
    },
    {
      ...common,
      ...endToEnd,
      displayName: 'e2e-calm',
      testMatch: CALM.map((name) => `<rootDir>/e2e/${name}.test.ts`),
    },
    {
      ...common,
      ...endToEnd,
      displayName: 'e2e',
      testMatch: ['<rootDir>/e2e/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', `<rootDir>/e2e/(${CALM.join('|')})\\.test\\.ts$`],
    },
  ],
};
