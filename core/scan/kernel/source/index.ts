export { gatherTexts, numberColumn, numeralColumn } from "./columns";
export { allocate, codeColumn, codeOf, createDictionary, setHeap } from "./dictionary";
export { frameElements } from "./document";
export { countRows, distinctRows, extremeRows, largestOf, recallRows, rowsWithin, sumRows } from "./groups";
export { setTables } from "./number";
export {
  findMarked,
  findOthers,
  findOutside,
  findUnmarked,
  lookUpCodes,
  markRefused,
  packHalves,
} from "./rows";
export { scanLines } from "./scan";
export { getTextsAt, keptSegments, numberSegments, stringSegments } from "./segments";
export { spliceRows } from "./splice";
export { patternColumn, patternSegments } from "./pattern";
export { textColumn } from "./text";
export { setUtf8Tables } from "./utf8";
