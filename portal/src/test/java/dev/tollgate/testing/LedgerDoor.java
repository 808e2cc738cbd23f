package dev.tollgate.testing;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.calls.AttemptCost;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Bill;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.ReserveOutcome;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyState;
import dev.tollgate.models.Count;
import dev.tollgate.models.Model;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Usage;
import dev.tollgate.models.lists.ModelsHandler;
import dev.tollgate.portal.PortalBooks;
import dev.tollgate.storage.Unit;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A door without a model: the ledger's own writer reserves and charges each call, for the usage that the test has named last. A call is refused by what the ledger
 * decides, in words of no door. Thread-safe.
 */
final class LedgerDoor implements Handler<KeyCaller> {

    private static final Usage AT_FIRST = Usage.of(12, 20, 0);
    private static final Times TIMES = new Times(400, 900, 52_000, 91_000, 93_000);
    private static final String CHANNEL = "sandbox";

    private final PortalBooks books;
    private final InstantSource clock;
    private final CompletionIds ids;
    private volatile Usage usage = AT_FIRST;
    private volatile boolean fails;

    LedgerDoor(PortalBooks books, InstantSource clock) {
        this.books = books;
        this.clock = clock;
        this.ids = new CompletionIds(clock, ThreadLocalRandom.current()::nextLong);
    }

    /** @param script as the sandbox takes it: of it only the last usage, or that the upstream answers with an error */
    void script(String script) {
        fails = script.contains("status");
        if (!fails) {
            usage = new Usage(
                    last(script, "promptTokenCount"),
                    0,
                    last(script, "candidatesTokenCount"),
                    last(script, "thoughtsTokenCount"),
                    last(script, "cachedContentTokenCount"),
                    0,
                    0,
                    last(script, "candidatesTokenCount"));
        }
    }

    private static long last(String script, String name) {
        Matcher counts = Pattern.compile(name + "\"?: ?([0-9]+)").matcher(script);
        long last = 0;
        while (counts.find()) {
            last = Long.parseLong(counts.group(1));
        }
        return last;
    }

    @Override
    public void handle(Exchange exchange, KeyCaller caller) {
        exchange.read(
                ApiJson.MAPPER::readTree,
                body -> exchange.compute(() -> call(exchange.requestId(), caller, body), answer -> {
                    exchange.setHeader("x-tollgate-task-id", answer.get("id").asString());
                    exchange.json(200, ApiJson.MAPPER.writeValueAsBytes(answer));
                }));
    }

    private ObjectNode call(String requestId, KeyCaller caller, JsonNode body) {
        String name = body.path("model").asString("");
        Instant now = clock.instant();
        Model sold = books.stores().sold().catalogue(caller.accountId(), now).find(name);
        if (sold == null || !caller.mayUse(sold.id())) {
            throw ModelsHandler.notFound(name).asException();
        }
        Model model = sold.at(now);
        Usage used = usage;
        long charge = model.pricing().chargeMicros(used);
        String id = ids.next();
        reserve(
                new OpenHold(
                        id,
                        caller.accountId(),
                        caller.key().id(),
                        "chat",
                        sold.id(),
                        now,
                        caller.key().owner().memberId(),
                        caller.key().owner().teamId()),
                charge);
        if (fails) {
            CallDetails failed = Ended.released(
                    CallEnd.FAILED, Ended.course(CHANNEL, model.upstream().name(), List.of()));
            commit(new Resolution.Release(id, failed, clock.instant()));
            throw ApiError.of(ErrorCode.INTERNAL_ERROR, "The upstream has failed.")
                    .withStatus(502)
                    .asException();
        }
        UpstreamModel.Cost list = model.upstream().cost(now);
        List<AttemptCost> costs = List.of(new AttemptCost(
                CHANNEL, model.upstream().name(), list == null ? AttemptCost.UNKNOWN : list.micros(used)));
        CallDetails details = new CallDetails(
                CallEnd.COMPLETED,
                sold.id(),
                null,
                0,
                null,
                TIMES,
                Bill.of(model.pricing(), now, used, model.usageForm(), ServiceTier.STANDARD),
                new CallDetails.Course(
                        requestId,
                        CHANNEL,
                        model.upstream().name(),
                        null,
                        null,
                        List.of(),
                        costs,
                        list == null ? null : list.version(),
                        null,
                        null,
                        null));
        commit(new Settle(id, charge, details, clock.instant()));
        return answer(id, now, name, used, charge);
    }

    private void reserve(OpenHold hold, long micros) {
        KeyState key = new KeyState(hold.keyId(), hold.createdAt());
        Reserve reserve = new Reserve(hold, micros, 2 * micros, key::spend, key::usable);
        books.writer().commitAndWait(Unit.of(key, reserve));
        ApiException refusal =
                switch (reserve.outcome()) {
                    case ReserveOutcome.Reserved reserved -> null;
                    case ReserveOutcome.SpendLimitReached full ->
                        ApiError.of(ErrorCode.SPEND_LIMIT_EXCEEDED, "A limit is used up.")
                                .doNotRetry()
                                .asException();
                    case ReserveOutcome.InsufficientCredits low ->
                        ApiError.of(ErrorCode.INSUFFICIENT_CREDITS, "The balance is too low.")
                                .asException();
                    default ->
                        ApiError.of(ErrorCode.INVALID_API_KEY, "The key may not be used.")
                                .asException();
                };
        if (refusal != null) {
            throw refusal;
        }
    }

    private void commit(Resolution end) {
        books.writer().commitAndWait(Unit.of(end, new CountCall(end)));
    }

    private static ObjectNode answer(String id, Instant now, String model, Usage used, long charge) {
        ObjectNode answer = ApiJson.MAPPER.createObjectNode();
        answer.put("id", id)
                .put("object", "chat.completion")
                .put("created", now.getEpochSecond())
                .put("model", model)
                .putNull("system_fingerprint");
        ObjectNode choice = answer.putArray("choices").addObject();
        choice.put("index", 0).putNull("logprobs").put("finish_reason", "stop");
        choice.putObject("message")
                .put("role", "assistant")
                .put("content", "Well.")
                .putNull("refusal");
        ObjectNode counts = answer.putObject("usage");
        counts.put("prompt_tokens", used.of(Count.PROMPT))
                .put("completion_tokens", used.of(Count.COMPLETION))
                .put("total_tokens", used.of(Count.PROMPT) + used.of(Count.COMPLETION) + used.of(Count.REASONING));
        counts.putObject("prompt_tokens_details")
                .put("cached_tokens", used.of(Count.CACHED))
                .put("audio_tokens", 0);
        counts.putObject("completion_tokens_details")
                .put("reasoning_tokens", used.of(Count.REASONING))
                .put("audio_tokens", 0)
                .put("text_tokens", used.of(Count.COMPLETION))
                .put("accepted_prediction_tokens", 0)
                .put("rejected_prediction_tokens", 0);
        answer.put("credits_consumed", BigDecimal.valueOf(charge, 6));
        return answer;
    }
}
