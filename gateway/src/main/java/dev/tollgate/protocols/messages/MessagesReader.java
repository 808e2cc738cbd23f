package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.ConversationCheck;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.door.BillingLine;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.ToolNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a request of the Messages API: known fields strictly, unknown ones are skipped and listed, since clients are ahead of servers
 * (E5). Independent of the model. A reader serves one body, on one thread.
 */
final class MessagesReader {

    /** Gemini's limit (E42). */
    private static final int STOPS_MAX = 5;

    private static final List<String> ROLES = List.of("user", "assistant", "system");

    private final JsonBody json;
    private final BlockReader blocks;
    private final BlockTurns turns;
    private final DeclaredTools tools;
    private final List<Message> instructions = new ArrayList<>(1);
    private final List<String> stops = new ArrayList<>(0);
    private final ThinkingFields thinking;
    private @Nullable String model;
    private boolean stream;
    private @Nullable Long maxTokens;
    private @Nullable Double temperature;
    private @Nullable Double topP;
    private @Nullable Integer topK;
    private final CallerNames.Reader callerNames;
    private @Nullable ServiceTier tier;
    private @Nullable ContextPause pause;
    private int messages;
    private int systemBlocks;

    private MessagesReader(JsonBody json, Lease memory) {
        this.json = json;
        this.callerNames = new CallerNames.Reader(json);
        this.blocks = new BlockReader(json, memory);
        this.turns = new BlockTurns(json);
        this.tools = new DeclaredTools(json);
        this.thinking = new ThinkingFields(json);
    }

    /**
     * @param counting whether the prompt is only counted, which needs no {@code max_tokens}
     * @throws dev.tollgate.base.error.ApiException 400 {@code invalid_request} that names the field, for every fault; 413 and 503 if memory is
     *     short
     */
    static MessagesRequest read(byte[] body, ReadLimits limits, Lease memory, boolean counting) {
        JsonBody json = new JsonBody(body, limits, memory);
        MessagesReader reader = new MessagesReader(json, memory);
        json.wholeObject(it -> it.object(reader::member));
        return reader.built(counting);
    }

    private void member(String name) {
        switch (name) {
            case "model" -> model = json.nonEmptyString();
            case "messages" -> messages();
            case "system" -> system();
            case "temperature" -> temperature = json.number(0, 2);
            case "top_p" -> topP = json.number(0, 1);
            case "top_k" -> topK = json.integer(1, Integer.MAX_VALUE);
            case "stop_sequences" -> json.array(STOPS_MAX, this::stop);
            case "stream" -> stream = json.bool();
            case "max_tokens" -> maxTokens = json.longInteger(1, Long.MAX_VALUE);
            case "tools" -> tools.tools();
            case "tool_choice" -> tools.toolChoice();
            case "service_tier" -> {
                json.ignored(json.path());
                tier = ServiceTier.of(json.string()).orElse(null);
            }
            case "metadata" -> callerNames.metadata();
            case "context_management" -> contextManagement();
            case "thread" -> thread();
            case "previous_message_id" -> throw onlyTheNewTurn();
            default -> {
                if (!thinking.take(name)) {
                    json.ignore();
                }
            }
        }
    }

    /** Gemini refuses an empty one, and it would stop nothing. */
    private void stop() {
        String text = json.string();
        if (text.isEmpty()) {
            json.ignored(json.path());
        } else {
            stops.add(text);
        }
    }

    // ---- the conversation ----

    private void messages() {
        json.array(json.limits().messagesMax(), () -> new OneMessage(messages++).read());
        if (messages == 0) {
            throw json.invalid("must have at least 1 message.");
        }
    }

    /** The role may follow the content. */
    private final class OneMessage {

        private final int index;
        private @Nullable String role;
        private @Nullable List<ContentBlock> content;

        OneMessage(int index) {
            this.index = index;
        }

        void read() {
            json.object(this::member);
            turns.add(index, json.given(role, "role"), json.given(content, "content"));
        }

        private void member(String member) {
            switch (member) {
                case "role" -> role = json.oneOf(ROLES);
                case "content" -> content = blocks.content(index);
                default -> json.ignore();
            }
        }
    }

    private void system() {
        if (json.isString()) {
            instruction(0, json.text());
        } else if (json.isArray()) {
            json.array(json.limits().partsMax(), this::systemBlock);
        } else {
            throw json.refuse("a string or an array of text blocks");
        }
    }

    private void systemBlock() {
        int index = systemBlocks++;
        json.object(member -> {
            switch (member) {
                case "type" -> json.oneOf(List.of("text"));
                case "text" -> instruction(index, json.text());
                case "cache_control" -> {
                    json.ignored("cache_control");
                    json.skip();
                }
                default -> json.ignore();
            }
        });
    }

    private void instruction(int index, JsonText given) {
        JsonText text = BillingLine.without(given, "system." + index, json::ignored);
        if (!text.isEmpty()) {
            instructions.add(new Message.Instruction(MessagesPlaces.NAMES.at("system", index), text));
        }
    }

    private void contextManagement() {
        json.ignored(json.path());
        if (!json.isObject()) {
            json.skip();
            return;
        }
        json.object(member -> {
            if (member.equals("edits") && json.isArray()) {
                json.array(Integer.MAX_VALUE, () -> {
                    ContextPause read = ContextPause.of(json);
                    pause = pause == null ? read : pause;
                });
            } else {
                json.skip();
            }
        });
    }

    /** A caller that keeps its conversation with the vendor sends only the new turn, and must send all of it here (E5). */
    private void thread() {
        String[] type = {null};
        if (!json.isObject()) {
            throw onlyTheNewTurn();
        }
        json.ignored(json.path());
        json.object(member -> {
            if (member.equals("type") && json.isString()) {
                type[0] = json.string();
            } else {
                type[0] = "other";
                json.skip();
            }
        });
        if (!"create".equals(type[0])) {
            throw onlyTheNewTurn();
        }
    }

    private RuntimeException onlyTheNewTurn() {
        return json.invalid(
                "is not supported: this server keeps no conversations. Send the full conversation in 'messages'.");
    }

    // ---- checks of the whole body ----

    private MessagesRequest built(boolean counting) {
        if (model == null) {
            throw JsonBody.invalid("model", "is required.");
        }
        if (messages == 0) {
            throw JsonBody.invalid("messages", "is required.");
        }
        if (maxTokens == null && !counting) {
            throw JsonBody.invalid("max_tokens", "is required.");
        }
        ToolNames names = new ToolNames();
        Conversation conversation = names.of(conversation());
        return new MessagesRequest(
                model,
                stream,
                maxTokens,
                thinking.wish(),
                counting ? null : pause,
                tier,
                callerNames.read(),
                names,
                json.ignored(),
                conversation);
    }

    private Conversation conversation() {
        List<Message> said = turns.all();
        ConversationCheck.check(said, "tool_result blocks");
        List<Message> all = new ArrayList<>(instructions.size() + said.size());
        all.addAll(instructions);
        all.addAll(said);
        if (all.isEmpty()) {
            throw JsonBody.invalid("messages", "hold nothing to answer.");
        }
        List<Tool> declared = tools.declared(blocks.referenced());
        return new Conversation(
                tools.body(),
                all,
                new Sampling(1, stops, temperature, topP, topK, null, null, false, null, null),
                declared,
                tools.choice(declared),
                tools.oneCall(),
                thinking.format(),
                null,
                null,
                tools.searches(),
                null);
    }
}
