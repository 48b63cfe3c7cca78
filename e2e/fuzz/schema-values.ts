import fc from 'fast-check';
import { z } from 'zod';

/** Longest array and string that a valid value gets, so that cases stay small; nasty ones are made elsewhere. */
const LONGEST_ARRAY = 6;
const LONGEST_STRING = 60;

const nodeSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
});

/** Values that a schema takes, so that a case passes the door and reaches what lies behind. */
export function valuesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  return fromJsonSchema(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
}

function fromJsonSchema(json: unknown): fc.Arbitrary<unknown> {
  const node = nodeSchema.parse(json);
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.enum !== undefined) return fc.constantFrom(...node.enum);
  if (Array.isArray(node.type))
    return fc.oneof(...node.type.map((type) => fromJsonSchema({ ...node, type })));
  const choices = node.anyOf ?? node.oneOf ?? node.allOf;
  if (choices !== undefined) return fc.oneof(...choices.map(fromJsonSchema));
  switch (node.type) {
    case 'object':
      return objectsOf(node);
    case 'array':
      return fc.array(fromJsonSchema(node.items ?? {}), {
        minLength: node.minItems ?? 0,
        maxLength: Math.max(node.minItems ?? 0, Math.min(node.maxItems ?? LONGEST_ARRAY, LONGEST_ARRAY)),
      });
    case 'string':
      return stringsOf(node);
    case 'integer':
      return fc.integer(boundsOf(node));
    case 'number':
      return fc.double({ ...boundsOf(node), noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

type Node = z.infer<typeof nodeSchema>;

function objectsOf({ properties = {}, required = [] }: Node): fc.Arbitrary<unknown> {
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, json]) => [name, fromJsonSchema(json)]),
  );
  return fc.record(model, { requiredKeys: required.filter((name) => name in model) });
}

function stringsOf({ format, pattern, minLength = 0, maxLength = LONGEST_STRING }: Node) {
  if (format === 'uuid') return fc.uuid();
  const any = fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, LONGEST_STRING)) });
  return pattern === undefined ? any : matching(new RegExp(pattern), any);
}

/** Patterns that look ahead cannot be made; what does not match is a case too. */
function matching(pattern: RegExp, otherwise: fc.Arbitrary<string>): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(pattern);
  } catch {
    return otherwise;
  }
}

function boundsOf({ minimum = -1e6, maximum = 1e6 }: Node): { min: number; max: number } {
  return { min: minimum, max: Math.max(minimum, maximum) };
}
