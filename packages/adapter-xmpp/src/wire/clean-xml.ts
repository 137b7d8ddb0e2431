/** What XML 1.0 forbids: control characters but tab and line ends, and the two last of the plane. */
const FORBIDDEN = /(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]/gu;

/** Replaces what no XML may contain, so that a pasted control character cannot end the stream (RFC 6120 section 11.1). */
export function cleanXml(xml: string): string {
  return xml.toWellFormed().replace(FORBIDDEN, '\ufffd');
}
