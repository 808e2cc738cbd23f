package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.MovedFiles;
import dev.tollgate.base.conversation.OpenCalls;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.Turns;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Base64Text;
import dev.tollgate.base.json.Doubles;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.connections.SentPrint;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import dev.tollgate.upstreams.gemini.settings.FunctionNames;
import dev.tollgate.upstreams.pool.Replay;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes {@code systemInstruction} and {@code contents}. One writer serves one request. */
final class ContentsWriter {

    /** A placeholder that the Gemini API and Vertex AI accept instead of a lost signature; it lowers quality (protocol 2.4, rule 8). */
    static final String DUMMY_SIGNATURE = "skip_thought_signature_validator";

    /** The text of a user's turn that Gemini requires but the request does not have: Gemini refuses an empty text. */
    static final JsonText LEAST_TEXT = JsonText.of(".");

    private final JsonGenerator json;
    private final UpstreamModel model;
    private final PartWriter parts;
    private final SentPrint print;
    private final Replay replay;
    private final CallIds callIds;
    private final Set<String> ignored;
    private final boolean serverTools;
    private final Lease memory;

    /** The ids that go back, by call written so far. Calls are compared by identity, since ids repeat in later turns. */
    private final Map<Message.ToolCall, String> ids = new IdentityHashMap<>(1);

    /** The images that go to the front of the user's next turn. */
    private final MovedFiles<Message.SentBack> moved = new MovedFiles<>();

    /**
     * @param callIds which ids of calls go back
     * @param ignored takes dotted names of fields that could not be expressed
     * @param serverTools whether the upstream's own tools are declared together with functions, so that their parts must go back
     * @param memory charged for temporary memory
     */
    ContentsWriter(
            JsonGenerator json,
            UpstreamModel model,
            PartWriter parts,
            SentPrint print,
            Replay replay,
            CallIds callIds,
            Set<String> ignored,
            boolean serverTools,
            Lease memory) {
        this.json = json;
        this.model = model;
        this.parts = parts;
        this.print = print;
        this.replay = replay;
        this.callIds = callIds;
        this.ignored = ignored;
        this.serverTools = serverTools;
        this.memory = memory;
    }

    void write(GeminiTurns conversation) {
        boolean instructionsOnly = conversation.turns().isEmpty();
        if (!instructionsOnly) {
            writeInstructions(conversation.instructions());
        }
        print.end();
        json.writeArrayPropertyStart("contents");
        if (instructionsOnly) {
            // D8: Gemini refuses a request without contents.
            writeContent("user", () -> parts.texts(conversation.instructions()));
        }
        writeBeginning(conversation.beginsWithCalls());
        int currentFrom = conversation.currentTurnFrom();
        for (int i = 0; i < conversation.turns().size(); i++) {
            writeTurn(conversation.turns().get(i), i >= currentFrom);
        }
        writeContinuation(conversation.turns());
        json.writeEndArray();
    }

    /** A history that a client has shortened may begin with the model's calls: the least that a user can say goes before them. */
    private void writeBeginning(Message.@Nullable Assistant calls) {
        if (calls != null) {
            writeContent("user", () -> parts.text(LEAST_TEXT, null));
            ignored.add(calls.place().path() + " (preceded)");
        }
    }

    /** Writes the least text that a user can say after the model's last words, if they need it. */
    private void writeContinuation(List<GeminiTurns.Turn> turns) {
        if (!turns.isEmpty()
                && turns.getLast() instanceof GeminiTurns.Turn.Model last
                && Turns.needContinuation(model.trailingAssistant(), turns.size(), moved)) {
            writeContent("user", () -> {
                writeMoved();
                parts.text(LEAST_TEXT, null);
            });
            ignored.add(last.lastPlace().path() + " (continued)");
        }
    }

    private void writeInstructions(List<JsonText> instructions) {
        for (int i = 0; i < instructions.size(); i++) {
            if (!instructions.get(i).isEmpty()) {
                writeAll(instructions);
                return;
            }
        }
    }

    private void writeAll(List<JsonText> instructions) {
        json.writeObjectPropertyStart("systemInstruction");
        json.writeArrayPropertyStart("parts");
        parts.texts(instructions);
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeTurn(GeminiTurns.Turn turn, boolean current) {
        switch (turn) {
            case GeminiTurns.Turn.User user ->
                writeContent("user", () -> {
                    writeMoved();
                    parts.all(user.message().parts());
                });
            case GeminiTurns.Turn.Model answered -> writeContent("model", () -> writeAnswered(answered, current));
            case GeminiTurns.Turn.Results results -> writeContent("user", () -> writeResults(results.pairs()));
        }
    }

    private void writeMoved() {
        moved.give(image -> parts.media(image.media(), null));
    }

    private void writeContent(String role, Runnable content) {
        json.writeStartObject();
        json.writeStringProperty("role", role);
        json.writeArrayPropertyStart("parts");
        content.run();
        json.writeEndArray();
        json.writeEndObject();
        print.end();
    }

    private void writeAnswered(GeminiTurns.Turn.Model turn, boolean current) {
        boolean first = true;
        for (Message.Assistant message : turn.messages()) {
            noteIds(message);
            String loose = writeText(message);
            boolean showsFiles = writeFiles(message);
            if (!showsFiles && message.toolCalls().isEmpty() && isSilent(message)) {
                parts.text(JsonText.EMPTY, null); // Gemini refuses a content without parts
            }
            boolean demanded = current && model.signatures();
            for (int i = 0; i < message.toolCalls().size(); i++) {
                writeCall(message.toolCalls().get(i), first, demanded, i == 0 ? loose : null);
                first = false;
            }
        }
    }

    /** Writes the text. @return the signature of a missing text: it came on a part without text, together with the calls */
    private @Nullable String writeText(Message.Assistant message) {
        JsonText text = Objects.requireNonNullElse(message.text(), JsonText.EMPTY);
        GivenSignature.check(message.thoughtSignature(), message.place());
        ignoreLost(message.thoughtSignature(), replay.signature(message), message.place());
        String signature = textSignature(message);
        if (!text.isEmpty() || (signature != null && message.toolCalls().isEmpty())) {
            parts.text(text, signature);
            return null;
        }
        if (signature != null && replay.signature(message.toolCalls().getFirst(), true) != null) {
            ignored.add(message.place().path(Member.EXTRAS));
        }
        return signature;
    }

    /**
     * Writes the files, except those that move.
     *
     * @return whether there was one: what the upstream keeps out of the caller's reach is left out, a 400 would end the conversation
     */
    private boolean writeFiles(Message.Assistant message) {
        boolean written = false;
        for (Message.SentBack file : message.files()) {
            GivenSignature.check(file.thoughtSignature(), file.place());
            if (model.images() != null && replay.isRefused()) {
                moved.take(file);
                ignored.add(file.place().path());
            } else if (parts.isReadable(file.media())) {
                ignoreLost(file.thoughtSignature(), replay.signature(file), file.place());
                parts.media(file.media(), replay.signature(file));
                written = true;
            } else {
                ignored.add(file.place().path());
            }
        }
        return written;
    }

    /** A signature that the caller has sent and that is not good where it would go (D50). */
    private void ignoreLost(@Nullable String given, @Nullable String sent, Place owner) {
        if (given != null && sent == null) {
            ignored.add(owner.path(Member.EXTRAS));
        }
    }

    private boolean isSilent(Message.Assistant message) {
        return (message.text() == null || message.text().isEmpty()) && textSignature(message) == null;
    }

    /** The OpenAI Agents SDK copies a call's signature onto the message; there it belongs to no text (protocol 2.4, rule 9). */
    private @Nullable String textSignature(Message.Assistant message) {
        String signature = replay.signature(message);
        if (signature == null || message.toolCalls().isEmpty()) {
            return signature;
        }
        boolean copied =
                message.toolCalls().stream().anyMatch(call -> Objects.equals(call.thoughtSignature(), signature));
        return copied ? null : signature;
    }

    /**
     * @param first whether the call is the first of its turn: siblings that were not signed must stay so (G-03)
     * @param demanded whether the model refuses the step without a signature; the dummy is the last resort
     * @param loose a signature of the message that belongs to no text, good for a call without its own (guarantee G-02)
     */
    private void writeCall(Message.ToolCall call, boolean first, boolean demanded, @Nullable String loose) {
        GivenSignature.check(call.thoughtSignature(), call.place());
        String own = replay.signature(call, first);
        ignoreLost(call.thoughtSignature(), own, call.place());
        String signature = own == null ? loose : own;
        if (first && serverTools && replay.before(call) != null) {
            Json.MAPPER.readTree(replay.before(call)).forEach(json::writeTree);
        }
        json.writeStartObject();
        json.writeObjectPropertyStart("functionCall");
        writeId(call);
        json.writeStringProperty("name", FunctionNames.checked(call.name(), call.place()));
        json.writeName("args");
        json.writeRawValue(Doubles.quoted(call.arguments()));
        json.writeEndObject();
        if (signature != null) {
            json.writeStringProperty("thoughtSignature", signature);
        } else if (first && demanded) {
            json.writeStringProperty("thoughtSignature", DUMMY_SIGNATURE);
        }
        json.writeEndObject();
    }

    private void noteIds(Message.Assistant message) {
        if (message.toolCalls().isEmpty()) {
            return;
        }
        boolean go =
                switch (callIds) {
                    case ANY -> true;
                    case OWN -> message.toolCalls().stream().anyMatch(replay::isOwn);
                    case NONE -> false;
                };
        for (Message.ToolCall call : message.toolCalls()) {
            String id = replay.knows(call) ? replay.upstreamId(call) : presumedId(call.id());
            if (go && id != null) {
                ids.put(call, id);
            }
        }
    }

    private void writeId(Message.ToolCall call) {
        String id = ids.get(call);
        if (id != null) {
            json.writeStringProperty("id", id);
        }
    }

    /** An id goes back only if the upstream made it; {@code call_} and {@code toolu_} begin those made on this side (protocol 1.3, 4.8). */
    private static @Nullable String presumedId(@Nullable String id) {
        return id == null || id.isEmpty() || id.startsWith("call_") || id.startsWith("toolu_") ? null : id;
    }

    private void writeResults(List<OpenCalls.Answered<Message.ToolCall, Message.ToolResult>> pairs) {
        List<Runnable> media = new ArrayList<>();
        for (var pair : pairs) {
            writeResult(pair, media);
        }
        media.forEach(Runnable::run);
    }

    private void writeResult(OpenCalls.Answered<Message.ToolCall, Message.ToolResult> pair, List<Runnable> mediaAfter) {
        List<ContentPart.Media> media = PartWriter.media(pair.result().parts());
        json.writeStartObject();
        json.writeObjectPropertyStart("functionResponse");
        writeId(pair.call());
        json.writeStringProperty("name", pair.call().name());
        json.writeName("response");
        ToolResults.write(json, PartWriter.joinedText(pair.result().parts()), memory);
        if (!media.isEmpty() && model.mediaInToolResults()) {
            json.writeArrayPropertyStart("parts");
            media.forEach(part -> parts.media(part, null));
            json.writeEndArray();
        } else {
            media.forEach(part -> mediaAfter.add(() -> parts.media(part, null)));
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** The check of a thought signature that a caller sent. A replayed signature came from the upstream and needs none. */
    private static final class GivenSignature {

        private GivenSignature() {}

        /**
         * @param signature as the caller sent it; null if there is none
         * @throws dev.tollgate.base.error.ApiException a 400 that names the field, if the text cannot be a signature
         */
        static void check(@Nullable String signature, Place owner) {
            if (signature != null && !Base64Text.isBytes(signature)) {
                String field = owner.path(Member.SIGNATURE);
                throw ApiError.invalid(
                                field,
                                "'" + field + "' is not a thought signature: send it back unchanged, or leave it out.")
                        .asException();
            }
        }
    }
}
