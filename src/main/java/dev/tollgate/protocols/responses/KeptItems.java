package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.json.Shown;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.protocols.responses.KeptIds.ItemId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the items of kept responses that a request refers to (E30, E31). Blocks.
 *
 * @param memory charged with what is read
 */
record KeptItems(KeptResponses kept, String accountId, ReadLimits limits, Lease memory) {

    private static final String PREVIOUS = "previous_response_id";
    private static final int NOT_FOUND = 404;

    /** @param output an entry for each item of the response, null for those that do not go to the model */
    private record Turn(List<Item> input, List<@Nullable Item> output) {}

    /**
     * Returns the items of the conversation before a request and then its own, without references.
     *
     * @param ignored receives the paths of references to reasoning that is not known
     * @throws ApiException 400 or 404 if something is not kept
     */
    List<Item> of(@Nullable String previousId, List<Item> own, Consumer<String> ignored) {
        Map<String, Turn> turns = new HashMap<>();
        List<Item> all = new ArrayList<>();
        if (previousId != null) {
            for (KeptResponse link : chain(previousId)) {
                Turn turn = read(link);
                turns.put(link.id(), turn);
                all.addAll(turn.input());
                turn.output().stream().filter(Objects::nonNull).forEach(all::add);
            }
        }
        all.addAll(own);
        if (all.size() > limits.messagesMax()) {
            throw tooLong();
        }
        return resolved(all, turns, ignored);
    }

    private List<KeptResponse> chain(String previousId) {
        String task = KeptIds.task(previousId);
        KeptResponses.Chain chain = task == null ? null : kept.chain(accountId, task, memory);
        if (chain == null || chain.state() == KeptResponses.Chain.State.BROKEN) {
            throw JsonBody.invalid(
                    PREVIOUS,
                    "must be the id of a kept response whose conversation is kept, too, got " + Shown.quoted(previousId)
                            + ". Send the whole conversation as 'input'.");
        }
        if (chain.state() == KeptResponses.Chain.State.TOO_LONG) {
            throw tooLong();
        }
        return chain.links();
    }

    private static ApiException tooLong() {
        return JsonBody.invalid(
                PREVIOUS,
                "has too long a conversation before it. Send the end of the conversation as 'input' instead.");
    }

    private List<Item> resolved(List<Item> all, Map<String, Turn> turns, Consumer<String> ignored) {
        Set<String> wanted = new TreeSet<>();
        for (Item item : all) {
            if (item instanceof Item.Reference reference) {
                ItemId id = KeptIds.item(reference.id());
                if (id != null && !turns.containsKey(id.taskId())) {
                    wanted.add(id.taskId());
                }
            }
        }
        if (wanted.size() > KeptResponses.LINKS_MAX) {
            throw JsonBody.invalid("input", "refers to more than " + KeptResponses.LINKS_MAX + " responses.");
        }
        if (!wanted.isEmpty()) {
            kept.find(accountId, wanted, memory).forEach((id, response) -> turns.put(id, read(response)));
        }
        List<Item> resolved = new ArrayList<>(all.size());
        for (Item item : all) {
            Item known = item instanceof Item.Reference reference ? resolved(reference, turns, ignored) : item;
            if (known != null) {
                resolved.add(known);
            }
        }
        return resolved;
    }

    /** Returns null for an item that does not go to the model. */
    private static @Nullable Item resolved(
            Item.Reference reference, Map<String, Turn> turns, Consumer<String> ignored) {
        ItemId id = KeptIds.item(reference.id());
        Turn turn = id == null ? null : turns.get(id.taskId());
        if (id != null && turn != null && id.index() < turn.output().size()) {
            return turn.output().get(id.index());
        }
        if (reference.id().startsWith("rs_")) {
            ignored.accept(reference.place().path());
            return null;
        }
        throw ApiError.invalid(
                        "input",
                        "'" + reference.place().path() + ".id' must be the id of an item of a kept response, got "
                                + Shown.quoted(reference.id()) + ". Send the item itself.")
                .withStatus(NOT_FOUND)
                .asException();
    }

    private Turn read(KeptResponse response) {
        byte[] head = ("{\"" + PREVIOUS + "\":").getBytes(StandardCharsets.US_ASCII);
        byte[] input = ByteBuffer.allocate(head.length + response.input().length + 1)
                .put(head)
                .put(response.input())
                .put((byte) '}')
                .array();
        List<Item> asked = new ArrayList<>();
        reading(input, PREVIOUS, items -> {
            items.input();
            asked.addAll(items.items());
        });
        List<@Nullable Item> answered = new ArrayList<>();
        reading(response.response(), "output", items -> answered.addAll(items.output()));
        return new Turn(asked, answered);
    }

    /** Reads one member of a body; a place in it is shown below the reference to the response. */
    private void reading(byte[] body, String member, Consumer<InputReader> then) {
        JsonBody json = new JsonBody(body, limits, memory);
        InputReader items = new InputReader(json, new ToolsReader(json), PREVIOUS);
        json.wholeObject(it -> it.object(name -> {
            if (name.equals(member)) {
                then.accept(items);
            } else {
                it.skip();
            }
        }));
    }
}
