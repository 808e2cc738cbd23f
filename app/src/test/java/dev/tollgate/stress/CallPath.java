package dev.tollgate.stress;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.models.Model;
import dev.tollgate.models.OfferedTier;
import dev.tollgate.protocols.chat.ChatProtocol;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.OpenedBody;
import dev.tollgate.protocols.googleapi.NativeFacts;
import dev.tollgate.protocols.openai.ChatRequest;
import dev.tollgate.upstreams.gemini.WrittenBodies;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.pool.SignatureOrigins;
import dev.tollgate.upstreams.signatures.KnownPrints;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a body becomes between a caller and an upstream, as one text: how it is refused, or what was read, its bound, its fingerprints,
 * and the upstream's body on some models. Two programs do the same if they give the same texts. Which models, and which signatures are known, is
 * chosen by the body. Has no types of ours in its own type, so that two class loaders can each hold one.
 */
public final class CallPath implements BiFunction<String, byte[], Object[]> {

    /** The doors, by the names of their grammars. */
    public static final List<String> DOORS = List.of("chat", "generate", "count", "messages", "responses");

    private static final String CHANNEL = "main";
    private static final long ROOM = 1L << 40;
    private static final List<String> CALL_IDS = List.of("ANY", "ANY", "OWN", "NONE");

    private static final String ACCOUNT = "acc_1";
    private final PathProtocols protocols = new PathProtocols(new Random(0), null);
    private final KnownPrints prints = new KnownPrints();
    private final AnswerPath answers = new AnswerPath();

    /** @return the text, and the bytes that the call's memory was charged in the end */
    @Override
    public Object[] apply(String door, byte[] body) {
        if (door.startsWith(AnswerPath.DOORS)) {
            return answers.apply(door.substring(AnswerPath.DOORS.length()), body);
        }
        PathText text = new PathText();
        MemoryBudget budget = new MemoryBudget(ROOM);
        Lease lease = budget.lease(ACCOUNT, null, false);
        text.tried("read", () -> {
            OpenedBody<?> opened = OpenedBody.of(protocols.of(door), new Head(), body, lease);
            text.add("print", opened.print());
            Random random = new Random(Arrays.hashCode(body));
            if (opened.request() instanceof ChatRequest chat) {
                chat(text, opened, chat, random, lease);
            } else if (door.equals("messages") || door.equals("responses")) {
                asked(text, opened, random, lease);
            } else {
                own(text, opened, new NativeFacts(opened.request()), random, lease);
            }
        });
        long charged = budget.takenBytes();
        lease.release();
        return new Object[] {text.toString(), charged};
    }

    private record Head() implements Envelope {
        @Override
        public @Nullable String header(String name) {
            return null;
        }

        @Override
        public @Nullable String query(String name) {
            return null;
        }

        @Override
        public String pathParam(String name) {
            return "m";
        }
    }

    private static void opened(PathText text, OpenedBody<?> opened, Model model) {
        text.add("ignored", opened.ignored(model));
        text.add("tokens", opened.tokensMax() + " " + opened.tokensMaxField());
        text.add("heavy", opened.isHeavy() + " " + opened.looksUp(model));
        text.tried("check", () -> opened.check(model));
    }

    // ---- Chat Completions ----

    private void chat(PathText text, OpenedBody<?> opened, ChatRequest request, Random random, Lease lease) {
        text.add("request", request.model() + " " + request.stream() + " " + request.legacyFunctions());
        text.add("tier", String.valueOf(request.tier()));
        size(text, PromptSize.of(request.conversation()));
        for (Message message : request.conversation().messages()) {
            if (message instanceof Message.Assistant assistant) {
                text.add("prints", prints.of(assistant));
            }
        }
        for (int i = 0; i < 2; i++) {
            Model model = protocols.model(random.nextInt(PathProtocols.MODELS));
            opened(text, opened, model);
            Replay replay = random.nextBoolean()
                    ? Replay.NONE
                    : replay(request.conversation().messages(), model.upstream().name(), random);
            ChatAsk ask = ask(request, model, replay, lease);
            text.add("replayed", ask.promptSize().textBytes() + " " + ask.preferredChannel());
            written(text, ask, model, request.maxTokens(), i == 0, random);
        }
    }

    private static void written(
            PathText text, ChatAsk ask, Model model, @Nullable Long tokensMax, boolean isFirst, Random random) {
        String ids = CALL_IDS.get(random.nextInt(CALL_IDS.size()));
        text.written("gemini " + model.id() + " " + ids, () -> WrittenBodies.of(ask, model.upstream(), ids));
        if (isFirst) {
            boolean newer = random.nextBoolean();
            text.written(
                    "compat " + newer,
                    () -> dev.tollgate.upstreams.compat.WrittenBodies.of(
                            ask, tokensMax, newer ? "max_completion_tokens" : "max_tokens", newer));
        }
    }

    // ---- Messages and Responses ----

    private void asked(PathText text, OpenedBody<?> opened, Random random, Lease lease) {
        text.add("model", opened.model());
        opened.find(ACCOUNT, lease);
        for (int i = 0; i < 2; i++) {
            Model model = protocols.model(random.nextInt(PathProtocols.MODELS));
            opened(text, opened, model);
            ChatAsk own = (ChatAsk) opened.ask(model, ACCOUNT, lease);
            List<Message> messages = own.conversation().messages();
            Replay replay = random.nextBoolean()
                    ? Replay.NONE
                    : replay(messages, model.upstream().name(), random);
            ChatAsk ask = new ChatAsk(
                    own.conversation(),
                    own.modelId(),
                    own.upstreamModel(),
                    own.includeThoughts(),
                    own.effort(),
                    own.tier(),
                    replay,
                    own.media(),
                    lease);
            if (i == 0) {
                size(text, PromptSize.of(own.conversation()));
                for (Message message : messages) {
                    if (message instanceof Message.Assistant assistant) {
                        text.add("prints", prints.of(assistant));
                    }
                }
            }
            text.add("tier", String.valueOf(ask.tier()));
            text.add("replayed", ask.promptSize().textBytes() + " " + ask.preferredChannel());
            written(text, ask, model, opened.tokensMax(), i == 0, random);
        }
    }

    /** As {@link ChatProtocol} does it, with signatures from elsewhere. */
    private static ChatAsk ask(ChatRequest request, Model model, Replay replay, Lease lease) {
        GoogleOptions google = request.conversation().google();
        Boolean thoughts = request.conversation().includeThoughts();
        if (thoughts == null && google != null) {
            thoughts = google.includeThoughts();
        }
        Effort effort = request.conversation().reasoningEffort();
        if (effort == null && (google == null || !google.setsThinking())) {
            effort = model.effortByDefault();
        }
        return new ChatAsk(
                request.conversation(),
                model.id(),
                model.upstream().asked().name(),
                thoughts == null ? model.thoughtsByDefault() : thoughts,
                effort,
                OfferedTier.of(model, request.tier()),
                replay,
                new CallMedia(),
                lease);
    }

    /** Knows about half of what earlier answers were signed with. */
    private static Replay replay(List<Message> messages, String upstream, Random random) {
        Replay.Builder known = new Replay.Builder(channel -> channel.equals(CHANNEL) ? upstream : null);
        for (Message message : messages.reversed()) {
            if (message instanceof Message.Assistant assistant) {
                for (int i = 0; i < assistant.toolCalls().size(); i++) {
                    if (random.nextBoolean()) {
                        known.add(assistant.toolCalls().get(i), part(i, upstream, random));
                    }
                }
                if (random.nextBoolean()) {
                    known.add(assistant, part(0, upstream, random));
                }
            }
        }
        return known.build();
    }

    private static Replay.Part part(int index, String upstream, Random random) {
        int kind = random.nextInt(8);
        return new Replay.Part(
                kind == 0 ? null : "U0lH" + random.nextInt(1000),
                kind == 1 ? "another" : CHANNEL,
                kind == 2 ? "another-model" : upstream,
                index == 0,
                kind == 3 ? null : "up" + index,
                kind == 4 ? "[{\"executableCode\":{\"language\":\"PYTHON\",\"code\":\"1+1\"}}]" : null);
    }

    private static void size(PathText text, PromptSize size) {
        text.add("size", size.textBytes() + " " + size.messages() + " " + size.calls() + " " + size.tools());
        for (ContentPart.Media medium : size.media()) {
            text.add(
                    "medium",
                    medium.place().path() + " " + medium.named() + " " + medium.mimeType() + " " + medium.detail() + " "
                            + medium.video());
        }
    }

    // ---- Gemini's format ----

    private void own(PathText text, OpenedBody<?> opened, NativeFacts facts, Random random, Lease lease) {
        text.add("schema", facts.schema());
        Map<String, SignatureOrigins.Origin> made = new HashMap<>();
        for (String signature : facts.signatures()) {
            text.add("print", prints.signature(signature));
            int kind = random.nextInt(4);
            if (kind > 0) {
                made.put(
                        signature,
                        new SignatureOrigins.Origin(
                                kind == 1 ? "another" : CHANNEL, "gemini-3.1-pro-preview", kind == 2 ? "c1" : null));
            }
        }
        for (int i = 0; i < 2; i++) {
            Model model = protocols.model(random.nextInt(PathProtocols.MODELS));
            opened(text, opened, model);
            NativeAsk ask = facts.ask(model, new SignatureOrigins(made, null), lease);
            size(text, ask.promptSize());
            text.add(
                    "ask",
                    ask.candidates() + " " + ask.searches() + " " + ask.functions() + " " + ask.continuesAnswer() + " "
                            + ask.tier());
            String ids = CALL_IDS.get(random.nextInt(CALL_IDS.size()));
            text.written("gemini " + model.id() + " " + ids, () -> WrittenBodies.of(ask, model.upstream(), ids));
        }
    }
}
