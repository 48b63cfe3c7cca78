import { describe, expect, test } from '@jest/globals';
import { parseShowInfo } from './show-info.ts';

const prefix = '[Parsed_showinfo_2 @ 0x557a1463df40] ';

describe('lines of showinfo', () => {
  test('a frame gives its tick and size', () => {
    const line = `${prefix}n:  55 pts:  28160 pts_time:1.83333 pos:    78351 fmt:yuv420p sar:1/1 s:320x240 i:P iskey:0 type:P `;
    expect(parseShowInfo(line)).toEqual({ kind: 'frame', pts: 28_160, width: 320, height: 240 });
  });

  test('the configuration gives the length of a tick and the frame rate', () => {
    const line = `${prefix}config in time_base: 1/15360, frame_rate: 30/1`;
    expect(parseShowInfo(line)).toEqual({ kind: 'configuration', timeBase: 1 / 15_360, framesPerSecond: 30 });
  });

  test('an unknown frame rate is undefined', () => {
    const line = `${prefix}config in time_base: 1/1000, frame_rate: 0/0`;
    expect(parseShowInfo(line)).toMatchObject({ framesPerSecond: undefined });
  });

  test('its other lines and those of others are told apart', () => {
    expect(parseShowInfo(`${prefix}color_range:tv`)).toEqual({ kind: 'other' });
    expect(parseShowInfo('clip.mp4: Invalid data found when processing input')).toBeUndefined();
  });
});
