// Files that are sent with a message.

import { size } from './figures.mjs';
import { byId } from './page.mjs';

const FILES_MAX = 24 * 1024 * 1024;
const TEXT = /\.(txt|md|csv|py|js|java|json|ya?ml|html|css|go|rs|c|h|cpp|sh|sql)$/i;
const UNKNOWN = /^(application\/octet-stream)?$/;

const isUtf8 = async (file) => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return !text.includes('\0');
  } catch {
    return false;
  }
};

const dataUrl = (file) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result);
  reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(file);
});

// JSON with blobs as data URLs
export const jsonWithBlobs = async (value, space) => {
  const urls = new Map();
  const text = JSON.stringify(value, (name, each) => { if (each instanceof Blob) urls.set(each, ''); return each; }, space);
  if (!urls.size) return text;
  for (const blob of urls.keys()) urls.set(blob, await dataUrl(blob));
  return JSON.stringify(value, (name, each) => urls.get(each) ?? each, space);
};

// The pages of a PDF, where they stand in the file uncompressed; 0 if they do not.
export const pdfPages = (bytes) => (new TextDecoder('latin1').decode(bytes).match(/\/Type\s*\/Page(?![A-Za-z])/g) || []).length;

// Reads a file beside those that are attached already; throws an error that says why it cannot be sent.
// A file of a type that the browser does not know is sent as text if it is text.
export const attached = async (file, others) => {
  const whole = others.reduce((sum, each) => sum + each.size, 0) + file.size;
  if (whole > FILES_MAX) throw new Error(word('{size} too much. Give a URL instead.', { size: size(whole - FILES_MAX) }));
  const isText = /^text\/|json|xml|javascript/.test(file.type) || TEXT.test(file.name) || (UNKNOWN.test(file.type) && await isUtf8(file));
  if (UNKNOWN.test(file.type) && !isText) throw new Error(word('{file} has an unknown type. Attach an image, audio, a video, a PDF or text.', { file: file.name }));
  const pages = file.type === 'application/pdf' ? pdfPages(await file.arrayBuffer()) : 0;
  return {
    ...(pages && { pages }), name: file.name, size: file.size, kind: isText ? 'text' : file.type.startsWith('image/') ? 'image' : 'file',
    data: isText ? await file.text() : await dataUrl(file),
  };
};

// chosen, dropped or pasted; attach: what is done with a list of files
export const whenAttached = (root, attach) => {
  byId('attach-button').addEventListener('click', () => byId('attach').click());
  byId('attach').addEventListener('change', (event) => { attach(event.currentTarget.files); event.currentTarget.value = ''; });
  root.addEventListener('dragover', (event) => event.preventDefault());
  root.addEventListener('drop', (event) => { event.preventDefault(); attach(event.dataTransfer.files); });
  byId('message').addEventListener('paste', (event) => { if (event.clipboardData.files.length) { event.preventDefault(); attach(event.clipboardData.files); } });
};
