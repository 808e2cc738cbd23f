package dev.tollgate.operator.admin.accounts;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Schema;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.grants.GrantLimits.Limit;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.customers.payments.Voucher;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** The fields of credits that expire or pay only for some models, and their form in answers. */
public final class GrantFields {

    private static final Schema ABOVE_0 =
            Schema.amounts().with("exclusiveMinimum", 0).with("maximum", Field.CREDITS_MAX);

    public static final Field<Instant> EXPIRES = AdminRequest.time("expires_at", sentence("Expiry"))
            .naming()
            .optional()
            .help("Expiry. Default: never.")
            .option("--expires TIME")
            .asked(AdminRequest.LAST_DAY)
            .hinted(
                    sentence(
                            "The credits can be used through the end of this day (UTC). Leave empty for credits that never expire."));

    /** A form takes days instead of the last day. They end with a day, so that a form that is sent twice asks for the same. */
    static final Field<Long> DAYS = Field.whole("days", sentence("Days"), 1, Voucher.DAYS_MAX)
            .optional()
            .hinted(sentence("Instead of a day: 30 is through the end of the 30th day after today (UTC)."));

    public static final Field<List<String>> MODELS = Field.list(
                    "models", sentence("Models"), ModelPatterns.MOST, GrantFields::model)
            .optional()
            .help("Models that the credits pay for: ids, or beginnings of ids with *, like 'gemini-4-*'. Default: all.")
            .option("--models MODEL,...")
            .hinted(sentence(
                    "Ids, or beginnings of ids like gemini-4-*, with blanks between them. Leave empty for all."))
            .keptAs(sentence("all"));

    static final Field<Long> SOME_CREDITS = Field.credits("credits", sentence("Credits"))
            .that(micros -> micros > 0, sentence("{field} must be above 0.", FIELD))
            .shaped(ABOVE_0)
            .help("Credits, like 12.5.");

    /** Credits of a limit or a plan. */
    public static final Field<Long> CREDITS = Field.credits("credits", sentence("Credits"))
            .naming()
            .map(GrantFields::some)
            .shaped(ABOVE_0);

    private static final Field<Long> HOURS = Field.whole("hours", sentence("Hours"), 1, GrantLimits.HOURS_MAX)
            .naming()
            .help("Length of a window. The first begins with the credits.");
    private static final Field<Body> LIMIT =
            Field.object("limit", sentence("Limit"), HOURS, CREDITS.help("The most that a window gives."));

    /** The limits, at most {@link GrantLimits#MOST}. Forms and commands have them as {@code 5:20 24:60}, hours and credits. */
    public static final Field<GrantLimits> LIMITS = Field.of(
                    "limits", sentence("Limits"), GrantFields::limits, GrantFields::typed)
            .kept(Fact.Kind.LIMITS)
            .shaped(Schema.of("array").with("maxItems", GrantLimits.MOST).with("items", LIMIT))
            .optional()
            .help("The most that the credits give in a time. Default: no limits.")
            .option("--limits HOURS:CREDITS,...")
            .hinted(sentence("Hours and credits, like 5:20 for at most 20 credits in 5 hours; up to two."));

    /** The number of a grant in the audit log. */
    static final Fact NUMBER = new Fact("grant", sentence("Grant")).told(Fact.Told.ALWAYS);

    /** The number of a grant in a path. */
    static final Field<String> CHOSEN = Field.text(NUMBER.name(), NUMBER.label())
            .help("Number of the grant.")
            .option("--grant N");

    private GrantFields() {}

    private static long some(String path, long micros) {
        if (micros == 0) {
            throw Field.notAllowed(path, LongNode.valueOf(0), sentence("above 0"));
        }
        return micros;
    }

    private static String model(String path, JsonNode value) {
        String text = Field.string(path, value);
        if (!ModelPatterns.isPattern(text)) {
            throw Field.wrong(
                    path,
                    sentence(
                            "{field} must be the id of a model, or the beginning of ids with * at its end, like gemini-4-*, not '{text}'.",
                            FIELD,
                            shown(text)));
        }
        return text;
    }

    private static String shown(String text) {
        String plain = text.replaceAll("[^ -~]", "?");
        return plain.length() > 60 ? plain.substring(0, 60) + "…" : plain;
    }

    /** A limit as programs send it. */
    private static final String EXAMPLE = "{\"hours\": 5, \"credits\": 20}";

    private static GrantLimits limits(String path, JsonNode value) {
        if (!value.isArray() || value.size() > GrantLimits.MOST) {
            throw Field.notAllowed(
                    path,
                    value,
                    sentence(
                            "a list of at most {max} limits like {example}",
                            Integer.toString(GrantLimits.MOST),
                            EXAMPLE));
        }
        List<Limit> all = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            all.add(limit(path + "." + i, value.get(i)));
        }
        return new GrantLimits(all);
    }

    private static Limit limit(String path, JsonNode value) {
        if (!value.isObject()) {
            throw Field.wrong(
                    path,
                    value.isString()
                            ? sentence(
                                    "{field} must be hours and credits, like {example}, or 5:20, not '{text}'.",
                                    FIELD,
                                    EXAMPLE,
                                    shown(value.stringValue()))
                            : sentence("{field} must be hours and credits, like {example}.", FIELD, EXAMPLE));
        }
        Body body = LIMIT.reader().read(path, value);
        return new Limit(Math.toIntExact(body.need(HOURS)), body.need(CREDITS));
    }

    /** Reads {@link Limit#written} of limits, between blanks or commas. A text that is no limit stays one, which the field refuses. */
    private static JsonNode typed(String text) {
        ArrayNode list = ApiJson.MAPPER.createArrayNode();
        Stream.of(text.split("[\\s,]+")).filter(each -> !each.isEmpty()).forEach(each -> {
            int colon = each.indexOf(':');
            if (colon < 0) {
                list.add(StringNode.valueOf(each));
            } else {
                list.addObject()
                        .<ObjectNode>set("hours", HOURS.typed().apply(each.substring(0, colon)))
                        .set("credits", CREDITS.typed().apply(each.substring(colon + 1)));
            }
        });
        return list;
    }

    /** Returns the terms that a request names. @throws ApiException a 400 for an expiry that has passed, and for limits of general credits */
    static GrantTerms terms(AdminRequest request, Instant now) {
        Instant expiresAt = expiry(request, now);
        requireFuture(expiresAt, now);
        GrantLimits limits = request.or(LIMITS, GrantLimits.NONE);
        ModelPatterns models = new ModelPatterns(request.or(MODELS, List.of()));
        if (expiresAt == null && models.areEvery() && !limits.all().isEmpty()) {
            throw Field.wrong(
                    "limits",
                    sentence(
                            "{field} is only allowed with an expiry or models: general credits have no limits.",
                            FIELD));
        }
        return new GrantTerms(Kind.GIFT, models, null, expiresAt, limits);
    }

    private static @Nullable Instant expiry(AdminRequest request, Instant now) {
        Instant expiresAt = request.get(EXPIRES);
        String typed = request.path().getOrDefault(DAYS.name(), "");
        if (typed.isBlank()) {
            return expiresAt;
        }
        long days = DAYS.reader().read(DAYS.name(), DAYS.typed().apply(typed.strip()));
        if (expiresAt != null) {
            throw Field.wrong(
                    DAYS.name(),
                    sentence("{field} is only allowed without a last day: leave one of the two empty.", FIELD));
        }
        return LocalDate.ofInstant(now, ZoneOffset.UTC)
                .plusDays(days + 1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
    }

    static void requireFuture(@Nullable Instant expiresAt, Instant now) {
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            throw Field.wrong(
                    EXPIRES.name(), sentence("{field} must be in the future; {time} has passed.", FIELD, expiresAt));
        }
    }

    /** Adds the terms to a row of the audit log. */
    static AdminJson add(AdminJson json, long number, GrantTerms terms) {
        return json.number("grant", number)
                .time("expires_at", terms.expiresAt())
                .texts("models", terms.models().all())
                .text("limits", terms.limits().text());
    }

    /** Returns a grant as answers have it. */
    static ObjectNode json(CreditGrant grant, Instant now) {
        return new AdminJson()
                .number("number", grant.number())
                .text("kind", grant.kind().code())
                .credits("credits", grant.creditsMicros())
                .credits("left", grant.leftMicros())
                .texts("models", grant.models())
                .time("created_at", grant.createdAt())
                .time("starts_at", grant.startsAt())
                .time("expires_at", grant.expiresAt())
                .time("ended_at", grant.endedAt())
                .credits("lapsed", grant.lapsedMicros())
                .text("state", grant.stateAt(now).word().english())
                .flag("sandbox", grant.isOfSandbox())
                .array("limits", grant.limits(now), limit -> new AdminJson()
                        .number("hours", (long) limit.hours())
                        .credits("credits", limit.micros())
                        .credits("used", limit.usedMicros())
                        .time("resets_at", limit.resetsAt())
                        .node())
                .node();
    }
}
