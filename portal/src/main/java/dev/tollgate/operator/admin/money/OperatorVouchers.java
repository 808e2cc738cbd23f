package dev.tollgate.operator.admin.money;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Field;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.customers.payments.Campaign;
import dev.tollgate.customers.payments.Campaigns;
import dev.tollgate.customers.payments.Voucher;
import dev.tollgate.customers.payments.Voucher.Lot;
import dev.tollgate.customers.payments.VoucherChange.MakeVouchers;
import dev.tollgate.customers.payments.VoucherChange.RevokeVouchers;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.models.prices.SoldIds;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import dev.tollgate.operator.admin.accounts.AccountRoutes;
import dev.tollgate.operator.admin.accounts.GrantFields;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Vouchers as an operator makes and lists them. Thread-safe; blocks. */
public final class OperatorVouchers {

    private static final int NUMBER_MAX = 999_999_999;

    private static final String ALL = "/admin/vouchers";

    private static final Field<Long> COUNT = Field.whole("count", sentence("voucher::Count"), 1, Vouchers.AT_ONCE_MAX)
            .optional()
            .help("Number of vouchers.")
            .standard(1)
            .asked(sentence("Number of vouchers"))
            .option("--count N");
    private static final Field<Instant> EXPIRES = AdminRequest.time("expires_at", sentence("Expiry"))
            .optional()
            .help("Expiry of the codes. Default: never.")
            .option("--expires TIME")
            .asked(AdminRequest.LAST_DAY)
            .hinted(sentence(
                    "The codes can be redeemed through the end of this day (UTC). Leave empty for no expiry."));
    private static final Field<Long> DAYS = Field.whole("days", sentence("Days"), 1, Voucher.DAYS_MAX)
            .naming()
            .optional()
            .help("Days after which the credits expire once they are redeemed. Default: never.")
            .asked(sentence("Days of the credits"))
            .hinted(sentence("The credits expire so many days after they are redeemed. Leave empty for never."))
            .option("--days N");
    private static final Field<Long> FIRST = Field.whole("first", sentence("voucher::First"), 1, NUMBER_MAX)
            .help("Number of the first voucher.")
            .asked(sentence("First number"))
            .option("--first N");
    private static final Field<Long> LAST = Field.whole("last", sentence("Last"), 1, NUMBER_MAX)
            .optional()
            .help("Number of the last voucher. Default: the first alone.")
            .asked(sentence("Last number"))
            .hinted(sentence("Leave empty for one voucher."))
            .option("--last N");

    /** A campaign that was made. @param first the number of its first voucher @param codes shown here and nowhere else */
    public record Made(long first, List<String> codes) {

        public Made {
            codes = List.copyOf(codes);
        }

        @Override
        public String toString() {
            return "Made[" + first + "]";
        }
    }

    public static final OperatorAction<OperatorVouchers, Made> CREATE = OperatorAction.post(
                    "voucher.create",
                    sentence("Created vouchers"),
                    ALL,
                    "Create vouchers and print their codes, only this once.",
                    COUNT,
                    AccountRoutes.SOME_CREDITS
                            .help("Credits of each voucher, like 12.5.")
                            .asked(sentence("Credits per voucher")),
                    EXPIRES,
                    DAYS,
                    GrantFields.MODELS.hinted(
                            sentence(
                                    "The credits pay only for these: ids, or beginnings of ids like gemini-4-*, with blanks between them. Leave empty for all.")))
            .telling(FIRST.fact())
            .answering(201)
            .button(Button.of(sentence("Create vouchers")))
            .does(
                    (vouchers, by, request) -> vouchers.make(
                            by, Math.toIntExact(request.or(COUNT, 1L)), lot(request), request.get(EXPIRES)),
                    (request, made) -> new AdminJson()
                            .number("campaign", made.first())
                            .texts("codes", made.codes())
                            .node());

    /** The result is the number of revoked vouchers. */
    public static final OperatorAction<OperatorVouchers, Long> REVOKE = OperatorAction.post(
                    "voucher.revoke",
                    sentence("Revoked vouchers"),
                    ALL + "/revoke",
                    "Revoke the open vouchers of a range of numbers, as voucher list prints them. Their codes stop working at once.",
                    FIRST,
                    LAST)
            .telling(COUNT.fact())
            .button(Button.of(sentence("Revoke vouchers"))
                    .counting(n -> sentence(
                            "{n} voucher revoked. The codes are not valid any more. | {n} vouchers revoked. The codes are not valid any more.",
                            n)))
            .prints("{revoked} revoked.")
            .does(
                    (vouchers, by, request) -> {
                        long first = request.need(FIRST);
                        return vouchers.revoke(by, first, request.or(LAST, first));
                    },
                    (request, count) -> new AdminJson().number("revoked", count).node());

    public static final List<OperatorAction<OperatorVouchers, ?>> ACTIONS = List.of(CREATE, REVOKE);

    private final Vouchers vouchers;
    private final SoldIds sold;
    private final AuditedWriter writer;

    public OperatorVouchers(Vouchers vouchers, SoldIds sold, AuditedWriter writer) {
        this.vouchers = vouchers;
        this.sold = sold;
        this.writer = writer;
    }

    /** {@code /admin/vouchers}: codes are in the answer that makes them and in no other. */
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get(ALL, this::list, "after", "limit"), CREATE.on(this), REVOKE.on(this));
    }

    private static Lot lot(AdminRequest request) {
        Long days = request.get(DAYS);
        return new Lot(
                request.need(AccountRoutes.SOME_CREDITS),
                days == null ? null : Math.toIntExact(days),
                new ModelPatterns(request.or(GrantFields.MODELS, List.of())));
    }

    private JsonNode list(AdminRequest request) {
        return request.page(Vouchers.PAGE_MAX, limit -> page(request.before(), limit), this::json, Voucher::sequence);
    }

    private ObjectNode json(Voucher voucher) {
        return new AdminJson()
                .number("sequence", voucher.sequence())
                .credits("credits", voucher.amountMicros())
                .text("note", voucher.note())
                .time("created_at", voucher.createdAt())
                .time("expires_at", voucher.expiresAt())
                .text("account", voucher.accountId())
                .time("redeemed_at", voucher.redeemedAt())
                .time("revoked_at", voucher.revokedAt())
                .text("state", voucher.stateAt(writer.now()).word())
                .number("days", days(voucher.lot()))
                .texts("models", voucher.lot().models().all())
                .node();
    }

    private static @Nullable Long days(Lot lot) {
        return lot.days() == null ? null : Long.valueOf(lot.days());
    }

    /**
     * Makes vouchers. Needs a reason, which is their note.
     *
     * @param count 1 to {@value Vouchers#AT_ONCE_MAX}
     * @param lot of each, above 0
     * @param expiresAt null: never
     */
    private Made make(By by, int count, Lot lot, @Nullable Instant expiresAt) {
        sold.require(lot.models().all());
        Vouchers.Made made =
                AuditedWriter.step(EXPIRES, () -> vouchers.draw(count, lot, by.needReason(), expiresAt, by.once()));
        MakeVouchers change = made.change();
        writer.commit(
                by, CREATE.name(), "vouchers", () -> change.wasMadeBefore() ? null : made(change, count, lot), change);
        if (change.wasMadeBefore()) {
            throw new ApiException(
                    409,
                    sentence(
                            "These vouchers were created before; no others were created now. Their codes were shown once, at that time."));
        }
        return new Made(change.outcome(), made.codes());
    }

    private static Deed.Changed made(MakeVouchers change, int count, Lot lot) {
        AdminJson made = new AdminJson()
                .text("first", Long.toString(change.outcome()))
                .text("count", Integer.toString(count))
                .credits("credits", lot.micros());
        if (lot.days() != null) {
            made.number("days", days(lot));
        }
        if (!lot.models().areEvery()) {
            made.texts("models", lot.models().all());
        }
        return new Deed.Changed(null, made.end());
    }

    /** Revokes the open vouchers of a range of numbers. Needs a reason. @return how many they were */
    private long revoke(By by, long first, long last) {
        RevokeVouchers change = AuditedWriter.step(LAST, () -> {
            String unused = by.needReason();
            return vouchers.revoke(first, last);
        });
        writer.commit(
                by,
                REVOKE.name(),
                "vouchers",
                () -> change.count() == 0
                        ? null
                        : new Deed.Changed(
                                null,
                                new AdminJson()
                                        .text("first", Long.toString(first))
                                        .text("last", Long.toString(last))
                                        .text("count", Long.toString(change.count()))
                                        .end()),
                change);
        if (change.count() == 0) {
            throw new ApiException(
                    409, sentence("None of these vouchers is open: they are redeemed, revoked or not there."));
        }
        return change.count();
    }

    public Campaigns campaigns() {
        return vouchers.campaigns();
    }

    /** Returns vouchers by their numbers. @param state null for all @param after the last number of the page before; 0 for the first page */
    public List<Voucher> ofCampaign(Campaign campaign, Voucher.@Nullable State state, long after, int limit) {
        return vouchers.ofCampaign(campaign, state, after, limit);
    }

    public List<Vouchers.Sum> sums() {
        return vouchers.sums();
    }

    /** The newest first. @param before the last sequence of the page before */
    public List<Voucher> page(long before, int limit) {
        return vouchers.page(before, limit);
    }
}
