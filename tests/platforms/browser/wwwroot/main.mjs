import { dotnet } from './_framework/dotnet.js';

const { runMain } = await dotnet.create();
process.exit(await runMain('bits', process.argv.slice(2)));
