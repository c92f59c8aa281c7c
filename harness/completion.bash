# Completion of tare's command lines for bash. What is offered comes from the table of commands: tare help --complete.
# shellcheck shell=bash
_tare() {
  local word kind glue='' joined=() cur
  # bash cuts words at "="
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if ((${#joined[@]})) && [[ $glue || $word == "=" ]]; then joined[-1]+=$word; else joined+=("$word"); fi
    glue=
    [[ $word != "=" ]] || glue=1
  done
  cur=${joined[-1]##*=}
  COMPREPLY=()
  while IFS=$'\t' read -r kind word _; do
    case $kind in
    file)
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
      compopt -o filenames 2>/dev/null
      ;;
    folder)
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$cur")
      compopt -o filenames 2>/dev/null
      ;;
    key | word)
      [[ $word == "$cur"* ]] || continue
      COMPREPLY+=("$word")
      [[ $kind == word ]] || compopt -o nospace 2>/dev/null
      ;;
    esac
  done < <("${COMP_WORDS[0]/#\~/$HOME}" help --complete -- "${joined[@]}" 2>/dev/null)
}
complete -F _tare tare
