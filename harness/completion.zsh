#compdef tare
# Completion of tare's command lines for zsh. What is offered comes from the table of commands: tare help --complete.
_tare() {
  local line kind word help program=${(Q)words[1]} ret=1
  local -a lines found keys asked
  [[ $program == \~* ]] && program=${program/#\~/$HOME}
  asked=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
  lines=("${(@f)$($program help --complete -- "${asked[@]}" 2>/dev/null)}")
  compset -P '*='
  for line in "${lines[@]}"; do
    IFS=$'\t' read -r kind word help <<<"$line"
    case $kind in
    word) found+=("${word//:/\\:}${help:+:$help}") ;;
    key) keys+=("$word") ;;
    file) _files && ret=0 ;;
    folder) _files -/ && ret=0 ;;
    esac
  done
  (( $#found )) && _describe -o -t values value found && ret=0
  (( $#keys )) && compadd -S '' -a keys && ret=0
  return ret
}
_tare "$@"
