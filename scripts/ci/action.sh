#!/usr/bin/env bash
# The step of action.yml: checks, writes SARIF, annotations and the summary of the job, and leaves the exit code to a later step, so
# that the findings are uploaded first.
set -uo pipefail

paths=()
while IFS= read -r line; do
  [ -n "$line" ] && paths+=("$line")
done <<< "${INPUT_PATH:-.}"
[ ${#paths[@]} -gt 0 ] || paths=(.)

if [ -n "${TFC_OIDC:-}" ]; then
  tool=("$TFC_OIDC")
elif [ -n "${INPUT_VERSION:-}" ]; then
  tool=(npx --yes "tfc-oidc@$INPUT_VERSION")
else
  tool=(node "$(dirname "${BASH_SOURCE[0]}")/../../dist/cli.js")
fi

sarif="${RUNNER_TEMP:-/tmp}/tfc-oidc.sarif"
options=(--fail-on "${INPUT_FAIL_ON:-error}")
if [ -n "${INPUT_BASELINE:-}" ]; then options+=(--baseline "$INPUT_BASELINE"); fi
"${tool[@]}" check "${options[@]}" --format sarif --output "$sarif" -- "${paths[@]}"
code=$?
"${tool[@]}" check "${options[@]}" --format github -- "${paths[@]}" 2>/dev/null

{
  echo '## TFC OIDC'
  echo
  echo '```text'
  # Three backquotes of a file name would end the block.
  "${tool[@]}" check "${options[@]}" -- "${paths[@]}" 2>&1 | sed "s/\`\`\`/'''/g"
  echo '```'
} >> "${GITHUB_STEP_SUMMARY:-/dev/null}"

{
  echo "exit-code=$code"
  if [ -s "$sarif" ]; then echo "sarif=$sarif"; fi
} >> "${GITHUB_OUTPUT:-/dev/null}"
exit 0
