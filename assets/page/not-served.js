// Not a module: of a page on disk, browsers load no modules, and no files beside it.
if (location.protocol === 'file:') {
  document.getElementById('served').hidden = true;
  document.getElementById('not-served').hidden = false;
}
