export { numberColumn } from "./columns";
export { allocate, codeColumn, codeOf, createDictionary, setHeap } from "./dictionary";
export { frameElements } from "./document";
export { setTables } from "./number";
export { scanLines } from "./scan";
export { getTextsAt, keptSegments, numberSegments } from "./segments";
export { spliceRows } from "./splice";
export { patternColumn } from "./pattern";
export { textColumn } from "./text";
