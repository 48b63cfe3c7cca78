/**
 * Takes or extends a lease, in one step.
 *
 * KEYS: the lease (a hash of node, epoch, value), the last epoch that it was ever given.
 * ARGV: this node, time to live in ms, value, the epoch that the caller holds (0: none), and 1 to take it from another
 * node.
 *
 * The answer is `{1, epoch}` when this node holds it now, or `{0, epoch, node, value}` of who does. An epoch never
 * repeats: it is above the last one known, and where Redis lost its memory, above the clock of any epoch before, in
 * microseconds (milliseconds are too coarse: a second one begins within the same). A holder whose lease ran out keeps
 * its epoch as long as nobody else held the lease in between; a node that was started again begins a new one.
 */
export const TAKE_LEASE = `
local held = redis.call('HMGET', KEYS[1], 'node', 'epoch', 'value')
if held[1] and held[1] ~= ARGV[1] and ARGV[5] ~= '1' then
  return { 0, held[2], held[1], held[3] }
end
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local mine = tonumber(ARGV[4])
local epoch = mine
local kept = held[1] == ARGV[1] and tonumber(held[2]) == mine
if not kept and (held[1] or mine == 0 or last > mine) then
  local time = redis.call('TIME')
  epoch = math.max(last + 1, time[1] * 1000000 + time[2])
end
redis.call('HSET', KEYS[1], 'node', ARGV[1], 'epoch', string.format('%.0f', epoch), 'value', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], string.format('%.0f', epoch), 'EX', 604800)
return { 1, string.format('%.0f', epoch) }
`;

/** Gives a lease back. KEYS: the lease. ARGV: this node, its epoch. */
export const RELEASE_LEASE = `
local held = redis.call('HMGET', KEYS[1], 'node', 'epoch')
if held[1] == ARGV[1] and held[2] == ARGV[2] then
  return redis.call('DEL', KEYS[1])
end
return 0
`;
