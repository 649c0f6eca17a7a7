// `npm test`: install if needed, then everything that `npm run ok` checks, under the pinned Node.
import { become, ensureInstalled, root, runner } from "./install.mjs";

ensureInstalled();
const [command, args] = runner();
become(command, [...args, `${root}scripts/ok.mjs`, ...process.argv.slice(2)]);
