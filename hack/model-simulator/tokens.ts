/** Characters (code points) of a token: the usual rule of thumb for English, and all that this stand-in knows of tokens. */
const CHARACTERS_PER_TOKEN = 4;

/** Numbers of tokens are below this, as those of a small model. */
const VOCABULARY = 32_768;

/** Cuts a text into tokens of four characters each, from the left: texts that begin alike have tokens that begin alike. */
export function splitTokens(text: string): readonly string[] {
  const characters = Array.from(text);
  return Array.from({ length: Math.ceil(characters.length / CHARACTERS_PER_TOKEN) }, (_, index) =>
    characters.slice(index * CHARACTERS_PER_TOKEN, (index + 1) * CHARACTERS_PER_TOKEN).join(''),
  );
}

/** The numbers of a text's tokens; the same token always has the same number. */
export function tokenize(text: string): readonly number[] {
  return splitTokens(text).map(numberOf);
}

/** FNV-1a, folded into the vocabulary. */
function numberOf(token: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < token.length; index++) hash = Math.imul(hash ^ token.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % VOCABULARY;
}
