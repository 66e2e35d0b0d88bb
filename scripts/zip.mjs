// Reads the directory of a zip file, enough to list what a .vsix holds.

/** `[{ name, packed, size }]`, in the order of the directory. */
export function members(zip) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  if (end < 0) throw new Error('expected a zip file, found no end record');
  const list = [];
  let at = zip.readUInt32LE(end + 16);
  for (let k = 0; k < zip.readUInt16LE(end + 10); k++) {
    const [nameLength, extra, comment] = [28, 30, 32].map(o => zip.readUInt16LE(at + o));
    list.push({ name: zip.toString('utf8', at + 46, at + 46 + nameLength), packed: zip.readUInt32LE(at + 20), size: zip.readUInt32LE(at + 24) });
    at += 46 + nameLength + extra + comment;
  }
  return list;
}
