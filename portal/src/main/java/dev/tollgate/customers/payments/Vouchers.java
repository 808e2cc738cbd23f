package dev.tollgate.customers.payments;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.money.Credits;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.customers.payments.Voucher.Lot;
import dev.tollgate.customers.payments.VoucherChange.MakeVouchers;
import dev.tollgate.customers.payments.VoucherChange.RedeemVoucher;
import dev.tollgate.customers.payments.VoucherChange.RevokeVouchers;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.AccountLog.Changed;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.limits.RequestRates;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.secrets.SecretBox;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Vouchers: made by the operator, redeemed by customers, each once. Thread-safe; blocks. */
public final class Vouchers {

    /** The most that are made at a time. */
    public static final int AT_ONCE_MAX = 1_000;

    /** The most that one page holds. */
    public static final int PAGE_MAX = 1_000;

    static final int NOTE_CHARS_MAX = 500;

    /**
     * The limit of codes that were not good, for one account and for one address: more than a person mistypes. Guessing a hundred bits takes far more. A
     * code that was good is no guess: people of one address may redeem as many as they have.
     */
    static final int TRIES_A_MINUTE = 10;

    /** The state of a voucher at a time. */
    private static final String STATE = """
            CASE WHEN redeemed_at IS NOT NULL THEN 'REDEEMED' WHEN revoked_at IS NOT NULL THEN 'REVOKED'
                WHEN expires_at <= ? THEN 'EXPIRED' ELSE 'OPEN' END""";

    private static final String SUMS =
            "SELECT " + STATE + ", COUNT(*), SUM(amount_micros) FROM voucher GROUP BY 1 ORDER BY 1 DESC";

    private static final String CODES = VouchersPart.COLUMNS + " WHERE sequence BETWEEN ? AND ? AND (? = 'all' OR ? = "
            + STATE + ") ORDER BY sequence LIMIT ?";

    private final Database database;
    private final Writer writer;
    private final InstantSource clock;
    private final SecureRandom random;
    private final SecretBox secrets;
    private final RequestRates tries = new RequestRates();
    private final Campaigns campaigns;

    public Vouchers(Database database, Writer writer, InstantSource clock, SecureRandom random, SecretBox secrets) {
        this.database = database;
        this.writer = writer;
        this.clock = clock;
        this.random = random;
        this.secrets = secrets;
        this.campaigns = new Campaigns(database, clock);
    }

    public Campaigns campaigns() {
        return campaigns;
    }

    /** Goes before the ledger. */
    public static Part<?> part() {
        return new VouchersPart();
    }

    /** Vouchers that are to be made, and their codes, which are shown once. */
    public record Made(MakeVouchers change, List<String> codes) {

        public Made {
            codes = List.copyOf(codes);
        }

        @Override
        public String toString() {
            return "Made[" + codes.size() + "]";
        }
    }

    /**
     * Draws codes. The change is to be committed by the caller, with what belongs to it, before the codes are shown.
     *
     * @param count 1 to {@value #AT_ONCE_MAX}
     * @param lot of each, above 0
     * @param note what for, at most {@value #NOTE_CHARS_MAX} characters
     * @param expiresAt in the future; null: never
     * @param once the same whenever the same vouchers are asked for: then the same codes are drawn, which are made once; null: others each time
     * @throws IllegalArgumentException with a sentence
     */
    public Made draw(int count, Lot lot, String note, @Nullable Instant expiresAt, @Nullable String once) {
        RandomGenerator chance = once == null ? random : secrets.drawn("voucher codes", once);
        Instant now = clock.instant();
        if (count < 1 || count > AT_ONCE_MAX) {
            throw new Mistake(sentence("1 to {max} vouchers can be created at a time.", Integer.toString(AT_ONCE_MAX)));
        }
        if (lot.micros() < 1 || lot.micros() > Grant.PURCHASED_MICROS_MAX) {
            throw new Mistake(sentence("A voucher must be worth more than 0 and at most a billion credits."));
        }
        if (note.length() > NOTE_CHARS_MAX) {
            throw new Mistake(sentence("A voucher's note can have at most {max} characters.", NOTE_CHARS_MAX));
        }
        Sentence complaint = WrittenText.complaint(note);
        if (complaint != null) {
            throw new Mistake(sentence("The voucher's note {complaint}.", complaint));
        }
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            throw new Mistake(sentence("The expiry of a voucher must be in the future."));
        }
        List<String> hashes = new ArrayList<>();
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            VoucherCode code = VoucherCode.random(chance);
            hashes.add(code.hash());
            codes.add(code.shown());
        }
        return new Made(new MakeVouchers(hashes, lot, note, expiresAt, now), codes);
    }

    /**
     * Gives a voucher's credits to an account, if the code is good, with a row of the account's log. The outcome is their amount. Who knows a code
     * learns that it was used, revoked or has expired, but not who used it.
     *
     * @param by who redeems it
     * @param network the address, or half of an IPv6 address
     * @param typed the code as typed
     */
    public Outcome<Long> redeem(Acting by, String network, String typed) {
        String accountId = by.accountId();
        List<String> counted = List.of("account " + accountId, "network " + network);
        for (String who : counted) {
            RequestRates.Rate rate = tries.take(who, TRIES_A_MINUTE);
            if (!rate.allowed()) {
                return new Outcome.Refused<>(ApiError.later(sentence("Too many tries."), rate.retryAfter()));
            }
        }
        VoucherCode code = VoucherCode.read(typed);
        Voucher voucher = code == null ? null : byCode(code.hash());
        if (code == null || voucher == null) {
            return refused(sentence("This code is not valid. Check that it is complete."));
        }
        RedeemVoucher redeem = new RedeemVoucher(code.hash(), voucher, accountId, clock.instant());
        List<Change> changes = new ArrayList<>(List.of(redeem, redeem.grant));
        changes.addAll(by.act(
                Right.PAY,
                "voucher.redeem",
                "voucher " + voucher.sequence(),
                redeem.at,
                () -> redeem.isRedeemed() ? redeemed(voucher) : null));
        writer.commitAndWait(Unit.of(changes));
        if (redeem.isRedeemed()) {
            counted.forEach(who -> tries.giveBack(who, TRIES_A_MINUTE));
            return new Outcome.Done<>(voucher.amountMicros());
        }
        ApiError why = redeem.refusal();
        return why == null
                ? refused(whyNot(code, redeem.at))
                : new Outcome.Refused<>(why.about(
                        "code", sentence("This code is good, but cannot be used now. {why}", why.forPeople())));
    }

    /** Reads again why a code was not good when it was asked for: another may have used it since it was found. */
    private Sentence whyNot(VoucherCode code, Instant at) {
        Voucher voucher = byCode(code.hash());
        return switch (voucher == null ? Voucher.State.OPEN : voucher.stateAt(at)) {
            case REDEEMED -> sentence("This code was already used.");
            case REVOKED -> sentence("This code was revoked.");
            case EXPIRED -> sentence("This code has expired.");
            case OPEN -> sentence("This code could not be redeemed. Try again.");
        };
    }

    private static Outcome<Long> refused(Sentence why) {
        return new Outcome.Refused<>(ApiError.invalid("code", why));
    }

    private static Changed redeemed(Voucher voucher) {
        return new Changed(null, AccountLog.json("credits", Credits.text(voucher.amountMicros())));
    }

    private @Nullable Voucher byCode(String hash) {
        return database.read(sql -> sql.one(VouchersPart.FIND, VouchersPart::voucher, hash));
    }

    /**
     * Returns vouchers, the newest first.
     *
     * @param before the last sequence of the page before; {@link Long#MAX_VALUE} for the newest
     * @param limit 1 to {@value #PAGE_MAX}, or one more, to see whether the list continues
     */
    public List<Voucher> page(long before, int limit) {
        if (limit < 1 || limit > PAGE_MAX + 1) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " vouchers, not " + limit);
        }
        return database.read(sql -> sql.list(VouchersPart.PAGE, VouchersPart::voucher, before, limit));
    }

    /**
     * Returns vouchers of a campaign, by their numbers.
     *
     * @param state null for all
     * @param after the last number of the page before; 0 for the first page
     */
    public List<Voucher> ofCampaign(Campaign campaign, Voucher.@Nullable State state, long after, int limit) {
        String chosen = state == null ? "all" : state.name();
        long from = Math.max(campaign.first(), after + 1);
        Instant now = clock.instant();
        return database.read(sql -> sql.list(
                CODES, VouchersPart::voucher, from, campaign.last(), chosen, chosen, now.toEpochMilli(), limit));
    }

    /** The vouchers of a state. @param state null for all */
    public record Sum(Voucher.@Nullable State state, long count, long micros) {}

    /** Returns a sum for each state that a voucher has now. */
    public List<Sum> sums() {
        return database.read(sql -> sql.list(
                SUMS,
                row -> new Sum(Voucher.State.valueOf(row.getString(1)), row.getLong(2), row.getLong(3)),
                clock.instant().toEpochMilli()));
    }

    /**
     * Returns the change that revokes the vouchers of a range that are neither redeemed nor revoked. The caller commits it.
     *
     * @throws IllegalArgumentException with a sentence
     */
    public RevokeVouchers revoke(long first, long last) {
        if (first < 1 || last < first || last - first >= AT_ONCE_MAX) {
            throw new Mistake(sentence(
                    "The last number is not below the first, and at most {max} vouchers are revoked at a time.",
                    Integer.toString(AT_ONCE_MAX)));
        }
        return new RevokeVouchers(first, last, clock.instant());
    }

    /** Returns the vouchers that an account has redeemed, for the export and the erasure of accounts: they stay. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                "vouchers.csv",
                "redeemed vouchers",
                "voucher v",
                "v.account_id = :account",
                "v.sequence v.amount_micros v.created_at v.expires_at v.redeemed_at v.days v.models",
                "v.sequence"));
    }
}
