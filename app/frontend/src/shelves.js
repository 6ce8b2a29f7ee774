// Names of what a phone keeps for places without coverage: the page with its parts, and ways.
export const KEPT = 'onsite-round';
export const WAYS = 'onsite-ways';
