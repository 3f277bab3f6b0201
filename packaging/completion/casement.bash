# SPDX-License-Identifier: Apache-2.0
# bash completion for casement(1). Guests and applications are asked of the broker only when it is
# running already: completing a word should not start anything.

_casement_broker_runs() {
    gdbus call --session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus \
        --method org.freedesktop.DBus.NameHasOwner org.casement.Broker1 2>/dev/null | grep -q true
}

_casement_guests() {
    _casement_broker_runs && casement guest list 2>/dev/null | cut -f 1
}

_casement_apps() {
    _casement_broker_runs && casement apps "$1" 2>/dev/null | cut -f 2
}

_casement_keys() {
    _casement_broker_runs && casement guest show "$1" 2>/dev/null | cut -f 1
}

_casement() {
    local cur=${COMP_WORDS[COMP_CWORD]} words=() word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [ "$word" = --json ] || words+=("$word")
    done
    COMPREPLY=()
    case "${#words[@]}:${words[0]}:${words[1]}" in
        0:*) COMPREPLY=($(compgen -W "guest apps run desktop windows status sync forward doctor help --json --version" -- "$cur")) ;;
        1:guest:*) COMPREPLY=($(compgen -W "add list show set start stop login logout remove" -- "$cur")) ;;
        1:run:* | 1:desktop:* | 1:apps:* | 1:sync:* | 1:forward:*) COMPREPLY=($(compgen -W "$(_casement_guests)" -- "$cur")) ;;
        2:guest:show | 2:guest:set | 2:guest:start | 2:guest:stop | 2:guest:login | 2:guest:logout | 2:guest:remove)
            COMPREPLY=($(compgen -W "$(_casement_guests)" -- "$cur")) ;;
        *:guest:set)
            case ${COMP_WORDS[COMP_CWORD-1]} in
                --reset) COMPREPLY=($(compgen -W "$(_casement_keys "${words[2]}")" -- "$cur")) ;;
                *)
                    COMPREPLY=($(compgen -S = -W "$(_casement_keys "${words[2]}")" -- "$cur") $(compgen -W "--reset" -- "$cur"))
                    compopt -o nospace ;;
            esac ;;
        3:guest:login) COMPREPLY=($(compgen -W "--user" -- "$cur")) ;;
        3:guest:remove) COMPREPLY=($(compgen -W "--purge" -- "$cur")) ;;
        *:guest:add)
            case ${COMP_WORDS[COMP_CWORD-1]} in
                --kind) COMPREPLY=($(compgen -W "sandbox local socket vsock command" -- "$cur")) ;;
                *) COMPREPLY=($(compgen -W "--kind --set" -- "$cur")) ;;
            esac ;;
        *:forward:*) COMPREPLY=($(compgen -W "--listen --rdp-file --take" -- "$cur")) ;;
        2:run:*) COMPREPLY=($(compgen -W "-- $(_casement_apps "${words[1]}")" -- "$cur")) ;;
        *:run:*) compopt -o default ;;
    esac
}

complete -F _casement casement
