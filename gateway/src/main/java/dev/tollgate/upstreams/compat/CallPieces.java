package dev.tollgate.upstreams.compat;

import dev.tollgate.base.json.Json;
import dev.tollgate.upstreams.connections.Repetitions;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/**
 * Joins the pieces of a choice's tool calls. A piece belongs to the call of its id, else to the last call at its index; servers that give all
 * calls one index and no id begin the next call with a name, once the arguments of the one before are a whole object. Confined to its call.
 */
final class CallPieces {

    private static final int ARGUMENTS_CHARS_MAX = 16 * 1024 * 1024;
    private static final int CALLS_MAX = 1_000;

    private static final class Call {
        private final int index;
        private @Nullable String id;
        private String name = "";
        private final StringBuilder arguments = new StringBuilder();
        private @Nullable String signature;
        private final ObjectEnd end = new ObjectEnd();

        /** A mark for a call that began after a finish reason: it may repeat an earlier call. */
        private boolean late;

        private boolean hasArguments;

        private Call(int index) {
            this.index = index;
        }
    }

    private final int candidate;
    private final List<Call> calls = new ArrayList<>(0);
    private int told;
    private int argumentsChars;

    CallPieces(int candidate) {
        this.candidate = candidate;
    }

    boolean isTooLong() {
        return argumentsChars > ARGUMENTS_CHARS_MAX || calls.size() > CALLS_MAX;
    }

    /** @param late whether the choice has had a finish reason before */
    void take(JsonNode piece, boolean late) {
        JsonNode function = piece.path("function");
        JsonNode said = function.path("arguments");
        // Some servers send an object instead of its text.
        String arguments = said.isObject() ? said.toString() : said.asString("");
        String name = CompatReader.text(function, "name");
        Call call = call(
                piece.path("index").asInt(0),
                CompatReader.text(piece, "id"),
                name == null ? "" : name,
                arguments,
                late);
        if (call.name.isEmpty() && name != null) {
            call.name = name;
        }
        String signature = CompatReader.signature(piece);
        call.signature = signature == null ? call.signature : signature;
        if (!isRepeated(call, arguments)) {
            argumentsChars += arguments.length();
            call.hasArguments |= !arguments.isBlank();
            call.arguments.append(arguments);
            call.end.take(arguments);
        }
    }

    private Call call(int index, @Nullable String said, String name, String arguments, boolean late) {
        String id = said == null || said.isBlank() ? null : said;
        Call last = null;
        for (Call known : calls) {
            if (known.index == index) {
                boolean sameId = id != null && id.equals(known.id);
                if (sameId && (!known.end.isWhole() || arguments.isBlank() || isRepeated(known, arguments))) {
                    return known;
                }
                last = known;
            }
        }
        if (last == null || !goesOn(last, id, name, arguments)) {
            last = new Call(index);
            last.late = late;
            calls.add(last);
        }
        last.id = last.id == null ? id : last.id;
        return last;
    }

    /** Returns whether a piece that has not the id of a call goes on with it. */
    private static boolean goesOn(Call last, @Nullable String id, String name, String arguments) {
        boolean isHalf = last.hasArguments && !last.end.isWhole();
        if (id != null && last.id != null) { // some servers give each piece an id of its own
            return name.isEmpty() && isHalf && !arguments.isBlank();
        }
        boolean begins = !name.isEmpty() && !last.name.isEmpty();
        return !begins || (name.equals(last.name) && (!last.end.isWhole() || arguments.isBlank()));
    }

    /** Some servers send each call whole once more. */
    private static boolean isRepeated(Call known, String arguments) {
        return known.end.isWhole() && arguments.contentEquals(known.arguments);
    }

    /**
     * Tells the calls that are whole, in their order.
     *
     * @param soFar of the choice
     * @param atEnd whether nothing more comes, so that a call without arguments has none
     * @return whether no call is broken
     */
    boolean tell(Repetitions soFar, boolean atEnd, List<UpstreamEvent> out) {
        while (told < calls.size()) {
            Call call = calls.get(told);
            if (!atEnd && !call.hasArguments) {
                return true;
            }
            String arguments = atEnd || call.end.isWhole() ? arguments(call.arguments.toString()) : null;
            if (arguments == null || call.name.isEmpty()) {
                return false;
            }
            tell(soFar, call, arguments, out);
            told++;
        }
        return true;
    }

    private void tell(Repetitions soFar, Call said, String arguments, List<UpstreamEvent> out) {
        UpstreamEvent.ToolCall call =
                new UpstreamEvent.ToolCall(candidate, said.id, said.name, arguments, said.signature);
        UpstreamEvent.ToolCall former = soFar.repeated(call, said.index, said.late);
        if (former == null) {
            soFar.call(call, said.index);
            out.add(call);
        } else if (former.signature() == null && call.signature() != null) {
            out.add(new UpstreamEvent.Thought(candidate, "", call.signature()));
        }
    }

    /** Compact, digits and order kept; null if it is no JSON object. Without parameters some servers send nothing. */
    private static @Nullable String arguments(String text) {
        if (text.isBlank()) {
            return "{}";
        }
        try (JsonParser json = Json.STRICT.createParser(text)) {
            String object = json.nextToken() == JsonToken.START_OBJECT ? Json.compact(json) : null;
            return json.nextToken() == null ? object : null;
        } catch (JacksonException notJson) {
            return null;
        }
    }

    /** Finds the end of a JSON object that comes in pieces, without a parser: servers tell no end of a call's arguments. Confined to its call. */
    private static final class ObjectEnd {

        private int depth;
        private boolean begun;
        private boolean inString;
        private boolean escaped;

        void take(String piece) {
            for (int i = 0; i < piece.length(); i++) {
                take(piece.charAt(i));
            }
        }

        private void take(char c) {
            if (escaped) {
                escaped = false;
            } else if (inString) {
                escaped = c == '\\';
                inString = c != '"';
            } else {
                switch (c) {
                    case '"' -> inString = true;
                    case '{', '[' -> {
                        depth++;
                        begun = true;
                    }
                    case '}', ']' -> depth--;
                    default -> {
                        // inside, or white space
                    }
                }
            }
        }

        /** Returns whether all that was opened is closed. */
        boolean isWhole() {
            return begun && depth == 0 && !inString;
        }
    }
}
