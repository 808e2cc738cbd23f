package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.kept.Conversations;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.protocols.responses.KeptIds.ItemId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the items of kept responses that a request refers to (E30, E31): first the responses, still packed, then what is in them. Blocks. Confined
 * to its request.
 */
final class KeptItems {

    private static final String PREVIOUS = "previous_response_id";
    private static final int NOT_FOUND = 404;
    private static final int TOO_LARGE = 413;

    private final KeptResponses kept;
    private final Conversations conversations;
    private final String accountId;
    private final KeyOwner reads;
    private final ReadLimits limits;

    /** The most that all texts of the conversation may have, as a body. */
    private final long bytesMax;

    private final Lease memory;
    private final List<KeptResponse> chain = new ArrayList<>();
    private final Map<String, KeptResponse> referred = new HashMap<>();

    /**
     * @param jobs responses that are made in the background
     * @param reads the owner of the key, whose responses are found
     * @param memory charged with what is read
     */
    KeptItems(KeptResponses kept, Jobs jobs, String accountId, KeyOwner reads, ReadLimits limits, Lease memory) {
        this.kept = kept;
        this.conversations = new Conversations(kept, jobs, Job.Kind.RESPONSE);
        this.accountId = accountId;
        this.reads = reads;
        this.limits = limits;
        this.bytesMax = kept.chainBytes();
        this.memory = memory;
    }

    /**
     * Finds the responses that a request names.
     *
     * @return the length of all, unpacked
     * @throws ApiException 400 if the conversation before the request is not kept
     */
    long find(@Nullable String previousId, List<Item> own) {
        if (previousId != null) {
            chain.addAll(chain(previousId));
        }
        Set<String> known = chain.stream().map(KeptResponse::id).collect(Collectors.toSet());
        findReferred(own, known);
        return Stream.concat(chain.stream(), referred.values().stream())
                .mapToLong(KeptResponse::bytes)
                .sum();
    }

    /**
     * Returns the items of the conversation before a request and then its own, without references.
     *
     * @param ignored receives the paths of references to reasoning that is not known
     * @throws ApiException 400, 404 or 413 if something is not kept, or too much
     */
    List<Item> of(List<Item> own, Consumer<String> ignored) {
        Map<String, SortedMap<Integer, @Nullable Item>> outputs = new HashMap<>();
        List<Item> all = new ArrayList<>();
        for (KeptResponse link : chain) {
            all.addAll(input(link));
            SortedMap<Integer, @Nullable Item> output = output(link);
            outputs.put(link.id(), output);
            output.values().stream().filter(Objects::nonNull).forEach(all::add);
        }
        all.addAll(own);
        if (all.size() > limits.messagesMax()) {
            throw tooLong();
        }
        findReferred(all, outputs.keySet());
        referred.forEach((id, response) -> outputs.put(id, output(response)));
        List<Item> resolved = new ArrayList<>(all.size());
        for (Item item : all) {
            Item its = item instanceof Item.Reference reference ? resolved(reference, outputs, ignored) : item;
            if (its != null) {
                resolved.add(its);
            }
        }
        requireRoom(resolved);
        return resolved;
    }

    /** A text counts as often as it is referred to. What is too much for the server is refused before it is copied or hashed. */
    private void requireRoom(List<Item> resolved) {
        long bytes = resolved.stream().mapToLong(Item::bytes).sum();
        if (bytes > bytesMax) {
            throw ApiError.of(
                            ErrorCode.INVALID_REQUEST,
                            "The request and the kept items that it refers to have " + bytes
                                    + " bytes of text; the most is " + bytesMax + ".")
                    .withStatus(TOO_LARGE)
                    .asException();
        }
        memory.take(bytes);
        memory.give(bytes);
    }

    private List<KeptResponse> chain(String previousId) {
        String task = CompletionIds.ofShown(KeptIds.RESPONSE, previousId);
        KeptResponses.Chain chain = task == null ? null : conversations.chain(accountId, reads, task, memory);
        if (chain == null || chain.state() == KeptResponses.Chain.State.BROKEN) {
            String message =
                    "'" + PREVIOUS + "' must be the id of a kept response whose conversation is kept, too, got "
                            + MessageText.quoted(previousId) + ". Send the whole conversation as 'input'.";
            ErrorCode code = ErrorCode.PREVIOUS_RESPONSE_NOT_FOUND;
            throw new ApiError(code, code.status(), message, PREVIOUS, Map.of(), null).asException();
        }
        if (chain.state() == KeptResponses.Chain.State.OPEN) {
            throw JsonBody.invalid(
                    PREVIOUS, "names a response that is still being made. Continue it once its status is 'completed'.");
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

    /** @param known the responses that are here */
    private void findReferred(List<Item> items, Set<String> known) {
        Set<String> wanted = new TreeSet<>();
        for (Item item : items) {
            ItemId id = item instanceof Item.Reference reference ? KeptIds.item(reference.id()) : null;
            if (id != null && !known.contains(id.taskId()) && !referred.containsKey(id.taskId())) {
                wanted.add(id.taskId());
            }
        }
        if (wanted.size() + referred.size() > KeptResponses.LINKS_MAX) {
            throw JsonBody.invalid("input", "refers to more than " + KeptResponses.LINKS_MAX + " responses.");
        }
        if (!wanted.isEmpty()) {
            referred.putAll(kept.find(accountId, reads, wanted, memory));
        }
    }

    /** Returns null for an item that does not go to the model. */
    private static @Nullable Item resolved(
            Item.Reference reference,
            Map<String, SortedMap<Integer, @Nullable Item>> outputs,
            Consumer<String> ignored) {
        ItemId id = KeptIds.item(reference.id());
        SortedMap<Integer, @Nullable Item> output = id == null ? null : outputs.get(id.taskId());
        if (id != null && output != null && output.containsKey(id.index())) {
            return output.get(id.index());
        }
        if (reference.id().startsWith("rs_")) {
            ignored.accept(reference.place().path());
            return null;
        }
        throw ApiError.invalid(
                        "input",
                        "'" + reference.place().path() + ".id' must be the id of an item of a kept response, got "
                                + MessageText.quoted(reference.id()) + ". Send the item itself.")
                .withStatus(NOT_FOUND)
                .asException();
    }

    private List<Item> input(KeptResponse response) {
        List<Item> asked = new ArrayList<>();
        reading(response.inputIn(PREVIOUS, memory), PREVIOUS, items -> {
            items.input();
            asked.addAll(items.items());
        });
        return asked;
    }

    /** Returns what {@link InputReader#output} does of the response. */
    private SortedMap<Integer, @Nullable Item> output(KeptResponse response) {
        SortedMap<Integer, @Nullable Item> answered = new TreeMap<>();
        reading(response.response(memory), "output", items -> answered.putAll(items.output()));
        return answered;
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
