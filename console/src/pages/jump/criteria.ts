/**
 * What is typed into the search for computers, as the relay's criteria: `tag:printer os-room host:web` looks for a tag,
 * a host name and other words. Pure.
 *
 * @module
 */

/** Words before a colon that name a criterion; any other is the code name of an attribute. */
const CRITERIA: Readonly<Record<string, string>> = {
  tag: "client.tag",
  host: "client.hostname",
  comment: "client.comments",
  public: "client.public_ip",
  private: "client.private_ip",
};

/** `name:value` or `name:"some words"`, or a word. */
const PART = /([\w-]+):(?:"([^"]*)"|(\S+))|(\S+)/g;

export function criteriaOf(typed: string): Record<string, string> {
  const criteria: Record<string, string> = {};
  const words: string[] = [];
  for (const [whole, name, quoted, bare] of typed.matchAll(PART)) {
    const value = quoted ?? bare;
    // An IPv6 address has colons too.
    if (name === undefined || value === undefined || /^[\da-f]*$/i.test(name)) {
      words.push(whole);
    } else {
      criteria[CRITERIA[name.toLowerCase()] ?? `session.custom.${name}`] = value;
    }
  }
  return { ...(0 < words.length && { search_string: words.join(" ") }), ...criteria };
}
