import { z } from 'zod';

/**
 * How well media travel on a link: between a device and the SFU (a stream's), or between the SFU and a browser (a
 * viewer's). `lost`: nothing arrives.
 */
export const linkQualitySchema = z.enum(['good', 'fair', 'poor', 'lost']);
export type LinkQuality = z.infer<typeof linkQualitySchema>;
