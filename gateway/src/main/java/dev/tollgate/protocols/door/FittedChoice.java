package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.JsonBody;

/**
 * A choice among the functions that are there, and what it leaves of the tools. The upstream decides when to search: a choice can forbid a search
 * but not require it. Such a requirement is listed as without effect.
 */
public record FittedChoice(ToolChoice choice, boolean leavesFunctions, boolean leavesSearch) {

    /**
     * @param field the caller's name of the choice
     * @param choice allows only functions that are there
     * @param namesSearch whether the choice names a search that is there
     */
    public static FittedChoice of(
            JsonBody json, String field, ToolChoice choice, boolean hasFunctions, boolean namesSearch) {
        boolean isAllowed = choice instanceof ToolChoice.Allowed;
        boolean isPossible =
                switch (choice) {
                    case ToolChoice.Auto auto -> true;
                    case ToolChoice.None none -> true;
                    case ToolChoice.Named named -> !namesSearch;
                    case ToolChoice.Allowed allowed -> !allowed.names().isEmpty();
                    default -> hasFunctions;
                };
        if (!isPossible && !(choice instanceof ToolChoice.Allowed allowed && !allowed.required())) {
            json.ignored(field);
        }
        return new FittedChoice(
                isPossible ? choice : new ToolChoice.Auto(),
                isPossible || !isAllowed,
                isAllowed ? namesSearch : !(choice instanceof ToolChoice.None));
    }
}
