export { codeColumn, numberColumn } from "./columns";
export { allocate, codeOf, createDictionary, heapFree, setHeap } from "./dictionary";
export { setTables } from "./number";
export { scanLines } from "./scan";
export { spliceRows } from "./splice";
export { textColumn } from "./text";
