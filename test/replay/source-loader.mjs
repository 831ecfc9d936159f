/** A webpack loader that puts another source in the place of a file's own. */
export default function putSource() {
  return this.getOptions().source;
}
