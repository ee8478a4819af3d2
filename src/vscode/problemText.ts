export { inEditor, problemText } from '../core/editorText';
