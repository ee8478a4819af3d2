import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, type CallToolResult, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { version } from '../../../package.json';
import { agentAnswer } from '../../binding/agents/answers';
import { asksServices } from '../../binding/agents/toolIds';
import { agentTools, inputSchema } from '../../binding/agents/tools';
import { isAbort, type Problem, ProblemError } from '../../core/problem';
import type { CliContext } from '../command';
import { UsageError } from '../option';
import { printable } from '../output/printable';
import { McpSources, type McpValues } from './sources';

/** Serves until standard input ends, or until the command is cancelled. Standard output is the protocol's alone. */
export async function serve(context: CliContext, values: McpValues, positionals: readonly string[]): Promise<void> {
  const server = new Server({ name: 'tfc-oidc', version }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: agentTools.map(toolOf) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }): Promise<CallToolResult> => {
    const tool = agentTools.find(t => t.id === params.name);
    if (tool === undefined)
      return refused({ code: 'no-tool', message: `There is no tool "${params.name}".`, nextStep: '' });
    const sources = new McpSources(
      { ...context, signal: AbortSignal.any([context.signal, signal]) },
      values,
      positionals,
    );
    try {
      const answer = await agentAnswer(tool.id, params.arguments, sources);
      return answer.ok ? textResult(answer.value) : refused(answer.problem);
    } catch (error) {
      if (error instanceof ProblemError) return refused(error.problem);
      if (error instanceof UsageError) return refused({ code: 'usage', message: `${error.message}.`, nextStep: '' });
      if (isAbort(error)) return refused({ code: 'cancelled', message: 'The call was cancelled.', nextStep: '' });
      // A bug: its text may hold anything, so the model does not get it.
      context.err(`tfc-oidc mcp: a bug, please report it: ${error instanceof Error ? error.stack : String(error)}\n`);
      return refused({ code: 'bug', message: 'The tool failed.', nextStep: 'Standard error of the server says why.' });
    }
  });
  const ended = new Promise<void>(resolve => {
    server.onclose = resolve;
    process.stdin.once('end', resolve);
    context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.connect(new StdioServerTransport());
  await ended;
  await server.close();
  // A standard input that stays open would keep the process.
  process.stdin.destroy();
}

const toolOf = (tool: (typeof agentTools)[number]) => ({
  name: tool.id,
  title: tool.title,
  description: tool.forModels,
  inputSchema: inputSchema(tool),
  annotations: {
    title: tool.title,
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: asksServices(tool.id),
  },
});

const textResult = (text: string): CallToolResult => ({ content: [{ type: 'text', text: printable(text) }] });

const refused = ({ message, nextStep }: Problem): CallToolResult => ({
  ...textResult(`${message} ${nextStep}`.trim()),
  isError: true,
});
