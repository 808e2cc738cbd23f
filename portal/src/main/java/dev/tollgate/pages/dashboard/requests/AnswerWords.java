package dev.tollgate.pages.dashboard.requests;

import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.models.Count;
import dev.tollgate.pages.frame.Display;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** In which form a call was answered and what of it had no effect, as its course has it. Pure. */
public final class AnswerWords {

    private AnswerWords() {}

    /** Empty where it is not known. */
    public static String form(CallRow call) {
        JsonNode stream = call.course().path("stream");
        return stream.isBoolean() ? stream.booleanValue() ? "Streamed" : "Not streamed" : "";
    }

    /** Returns the name of the API that the call used. */
    public static String api(CallRow call) {
        return ProtocolName.titleOf(call.door());
    }

    /** Returns the provider's word for the filter that has stopped the answer, empty if none has. */
    public static String filter(CallRow call) {
        return call.course().path("filter").asString("");
    }

    /** Returns the counts of the output that is no text, as in "1,120 image tokens"; empty if there is none. */
    public static String made(CallRow call) {
        return Count.MADE.stream()
                .filter(part -> call.usage().of(part) > 0)
                .map(part -> Display.number(call.usage().of(part)) + " "
                        + part.modality().key().replace('_', ' '))
                .collect(Collectors.joining(", "));
    }

    /** Names of fields, empty where all had an effect. */
    public static String ignored(CallRow call) {
        return call.course()
                .path("ignored")
                .valueStream()
                .map(JsonNode::asString)
                .collect(Collectors.joining(", "));
    }
}
