import fc from 'fast-check';

const DEEP = 300;

/** What no honest client sends in place of a value: of another type, size, form or depth. */
export const nastyValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, '', 0, -1, 1e308, 2 ** 53, 4_294_967_296, [], {}],
    ...['__proto__', 'constructor', '\u0000', '\ud800', '../../etc/passwd', "'; drop table users; --"],
    ...['x'.repeat(70_000), Array.from({ length: 5_000 }, () => 0), nested(DEEP)],
    ...[JSON.parse('{"__proto__":{"polluted":true}}'), { toString: 1 }, { length: 1e9 }],
  ),
  fc.uint8Array({ maxLength: 300 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ maxLength: 200, unit: 'binary' }),
  fc.double(),
);

/** A valid value with one place changed: replaced, removed, or joined by something unknown. */
export function mutationsOf(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.nat(), nastyValues, fc.constantFrom('replace', 'replace', 'remove', 'add'))
    .map(([value, where, nasty, how]) => mutate(value, where, nasty, how));
}

type Change = 'replace' | 'remove' | 'add';
type Place = { parent: Record<string, unknown>; key: string };

function mutate(value: unknown, where: number, nasty: unknown, how: Change): unknown {
  const copy = structuredClone(value);
  const places = placesIn(copy);
  if (places.length === 0) return nasty;
  const { parent, key } = places[where % places.length];
  if (how === 'remove') Reflect.deleteProperty(parent, key);
  else if (how === 'add') parent.unknown = nasty;
  else parent[key] = nasty;
  return copy;
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...placesIn(parent[key])]);
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}
