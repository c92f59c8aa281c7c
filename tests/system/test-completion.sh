#!/bin/bash
# test-completion.sh - completion in real shells: bash's function on command lines cut as bash cuts them, and zsh with a
# terminal of its own (zpty), where a key is pressed. A row says what is offered, sorted. Needs no privileges.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
bash_script=$PWD/harness/completion.bash zsh_script=$PWD/harness/completion.zsh
mkdir "$work/bin" && ln -s "$TARE" "$work/bin/tare"
export PATH=$work/bin:$PATH
cd "$work" || exit 1
mkdir -p here/folder "here/with space" here/fpath && touch here/file here/plan.json
cat >here/plan.json <<'E2'
{"schema": "tare/plan/1", "name": "mine", "arms": ["host", {"name": "wide", "platform": "vm", "ram": "256 MiB"}], "workloads": ["idle"]}
E2
cd here || exit 1

plans=$("$TARE" list plans --json >../plans && json ../plans '" ".join(p["name"] for p in d["plans"])')
workloads=$("$TARE" list workloads --json >../workloads && json ../workloads '" ".join(p["name"] for p in d["workloads"])')
names=$("$TARE" --help | awk '/^  [a-z]/ {printf "%s%s", s, $1; s = " "}')
sorted() { tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/ $//'; }

# bash_row NAME EXPECTED WORD...: what bash offers for the last word; bash gives "=" as a word of its own.
bash_row() {
  local name=$1 expected=$2
  shift 2
  # shellcheck disable=SC2016 # for the inner shell
  same "bash-$name" "$(sorted <<<"$expected")" "$(bash --norc -c '
    . "$0"
    COMP_WORDS=(tare "$@") COMP_CWORD=$#
    _tare
    printf "%s\n" "${COMPREPLY[@]}" | tr " " "\n" | sort | tr "\n" " " | sed "s/ *$//"' "$bash_script" "$@" 2>&1)"
}
bash_row commands "$names --help --version" ""
bash_row command "run report" r
bash_row options "--all --force --format --help --json --self-test --strict" compare --
bash_row option "--output" run --ou
bash_row format "table markdown json junit" compare a b --format ""
bash_row format-equals "table" compare --format = ta
bash_row format-equals-only "table markdown json junit" compare --format "="
bash_row exports "gha-benchmark gha-benchmark-bigger google-benchmark" export --format g
bash_row accelerators "auto kvm tcg" run --accel ""
bash_row tables "metrics" list m
bash_row plans "$plans file folder fpath plan.json space with" run ""
bash_row workloads "$workloads file folder fpath plan.json space with" run --workload ""
bash_row arms-of-the-plan "wide" run plan.json --arm w
bash_row arms "host" run --arm h
bash_row arms-behind-options "wide" run --blocks 3 -o out plan.json --arm=x --arm wi
bash_row folders "folder fpath" report f
bash_row output "folder fpath" run -o f
bash_row files "file folder fpath" run --history f
bash_row keys "emulator=" run --against emu
bash_row key-file "file folder fpath" run --against kernel = f
bash_row history-first "add" history ""
bash_row history-then "folder fpath" history add x f
bash_row no-value "" run --blocks ""
bash_row no-argument "" doctor ""
bash_row behind-dashes "folder fpath" report -- f
bash_row unknown-command "" rnu ""
# In an interactive one, with a key.
same bash-loads "complete -F _tare tare" "$(bash --norc -c '. "$0"; complete -p tare' "$bash_script")"

if ! command -v zsh >/dev/null; then
  skip zsh "no zsh"
  exit
fi
cp "$zsh_script" fpath/_tare
cat >ask.zsh <<'E2'
# ask.zsh LINE: the line as it is after the Tab key, or what is listed then.
zmodload zsh/zpty
zpty -b shell 'PS1= TERM=dumb zsh -f -i'
zpty -w shell 'unsetopt zle_bracketed_paste 2>/dev/null; fpath=($PWD/fpath $fpath); autoload -U compinit && compinit -u -D
zstyle ":completion:*" list-colors ""; LISTMAX=1000; zstyle ":completion:*:default" list-prompt ""
zle_done() { print -r -- "LINE<$BUFFER>"; exit }; zle -N zle_done; bindkey "^X" zle_done
setopt no_beep auto_list no_list_ambiguous; print rea""dy'
zpty -r shell out $'*ready*'
zpty -w -n shell "$1"$'\t\x18'
zpty -r shell out $'*LINE<*>*'
print -r -- "$out"
zpty -d shell
E2
# zsh_row NAME LINE PATTERN...: what is on the terminal after the key holds each text.
zsh_row() {
  local name=$1 line=$2 want
  shift 2
  timeout 60 zsh -f ask.zsh "$line" >got 2>&1 </dev/null
  for want in "$@"; do
    grep -qF -- "$want" got || { bad "zsh-$name" "expected '$want', got '$(tr -d '\r' <got | tail -n 8 | tr '\n' '|' | tail -c 400)'" && return; }
  done
  ok "zsh-$name"
}
# shellcheck disable=SC2086 # one word a pattern
zsh_row commands 'tare ' $names "-- measure a plan and write the run folder"
zsh_row command 'tare rep' 'LINE<tare report >'
zsh_row option 'tare run --ou' 'LINE<tare run --output >'
zsh_row options 'tare compare --' --all --force --strict "-- exit 4 when a primary metric is unclear"
zsh_row format 'tare compare --format=ta' 'LINE<tare compare --format=table >'
zsh_row exports 'tare export --format hyper' 'LINE<tare export --format hyperfine-json >'
# shellcheck disable=SC2086
zsh_row plans 'tare run ' $plans plan.json
zsh_row plan 'tare run slo' 'LINE<tare run slope >'
zsh_row arm-of-the-plan 'tare run plan.json --arm w' 'LINE<tare run plan.json --arm wide >'
zsh_row workload 'tare run --workload red' 'LINE<tare run --workload redis >'
zsh_row folder 'tare report fo' 'LINE<tare report folder/>'
zsh_row folder-with-space 'tare report wi' 'LINE<tare report with\ space/>'
zsh_row key 'tare run --against emu' 'LINE<tare run --against emulator=>'
zsh_row key-file 'tare run --against kernel=fi' 'LINE<tare run --against kernel=file >'
zsh_row file 'tare run --history fil' 'LINE<tare run --history file >'
