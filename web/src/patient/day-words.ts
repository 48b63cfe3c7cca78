const dayFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** Day and time of day, such as `22 Nov, 03:12`. */
export function dayWords(at: number): string {
  return dayFormat.format(at);
}
