const longest = 1024;
const ellipsis = '…';

/** A message that fits a status field: at most 1,024 characters, no half of a surrogate pair at its end. */
export function clipMessage(message: string): string {
  if (message.length <= longest) return message;
  return `${message.slice(0, longest - ellipsis.length).replace(/[\ud800-\udbff]$/, '')}${ellipsis}`;
}
