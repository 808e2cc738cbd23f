package dev.tollgate.customers.people;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.customers.people.PeopleRows.NewSession;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The second step of a sign-in: a code of an authenticator app ({@link AppCodes}) or a recovery code ({@link RecoveryCodes}). Each works once, on all
 * nodes together. Thread-safe; blocks.
 */
public final class SecondFactor {

    /** Refuses a second factor that is on already, or whose secret belongs to another session. */
    private static final Outcome<List<String>> IS_ON =
            Outcome.refused(409, sentence("The second factor is on, or was begun in another session."));

    private final Database database;
    private final Writer writer;
    private final SecretBox box;
    /** Never to be changed. */
    private static final String PURPOSE = "second factors";

    private final SecretBox.Purpose secrets;
    private final SignInWaits waits;
    private final InstantSource clock;
    private final RandomGenerator random;

    SecondFactor(
            Database database,
            Writer writer,
            SecretBox secrets,
            SignInWaits waits,
            InstantSource clock,
            RandomGenerator random) {
        this.database = database;
        this.writer = writer;
        this.box = secrets;
        this.secrets = secrets.purpose(PURPOSE);
        this.waits = waits;
        this.clock = clock;
        this.random = random;
    }

    /**
     * A secret that is not in use yet.
     *
     * @param secret the secret in base 32, to type
     * @param link the secret as a link for an app, {@code otpauth://…}
     * @param sealed the encrypted secret, sent back with the first code; only this session can use it
     */
    public record Setup(String secret, String link, String sealed) {}

    // ---- setting it up ----

    /** @param issuer what the app lists it under */
    public Setup setup(BrowserSession session, String issuer) {
        String secret = AppCodes.secret(random);
        byte[] sealed = secrets.seal(secret.getBytes(StandardCharsets.UTF_8), setupOf(session));
        return shown(session, issuer, secret, Base64.getUrlEncoder().encodeToString(sealed));
    }

    /** Returns the same secret again after a wrong code, or a new one if {@code sealed} is not valid. */
    public Setup again(BrowserSession session, String issuer, String sealed) {
        String secret = opened(session, sealed);
        return secret == null ? setup(session, issuer) : shown(session, issuer, secret, sealed);
    }

    private static Setup shown(BrowserSession session, String issuer, String secret, String sealed) {
        return new Setup(secret, AppCodes.link(secret, issuer, session.person().login()), sealed);
    }

    private @Nullable String opened(BrowserSession session, String sealed) {
        try {
            return new String(
                    secrets.open(Base64.getUrlDecoder().decode(sealed), setupOf(session)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException | StoreException e) {
            return null;
        }
    }

    private static String setupOf(BrowserSession session) {
        return "setup " + session.hash();
    }

    /** Switches it on if the code is right, and ends every other session: they were begun without it. @return recovery codes, shown this once */
    public Outcome<List<String>> switchOn(BrowserSession session, String sealed, String typed) {
        Person person = session.person();
        String secret = opened(session, sealed);
        if (secret == null || person.hasSecondFactor()) {
            return IS_ON;
        }
        Duration wait = waits.beginKnown(SignInWaits.codes(person.id()));
        if (wait.isPositive()) {
            return new Outcome.Refused<>(ApiError.later(sentence("Too many tries."), wait));
        }
        Long step = AppCodes.stepOf(secret, typed, clock.instant());
        if (step == null) {
            return Outcome.refused(400, sentence("This code is wrong. Check the clock of your phone."));
        }
        waits.succeeded(SignInWaits.codes(person.id()));
        byte[] kept = secrets.seal(secret.getBytes(StandardCharsets.UTF_8), keptOf(person.id()));
        List<String> codes = RecoveryCodes.next(random);
        boolean isOn = commit(PeopleChange.of(rows -> {
            boolean first = rows.update(
                    "UPDATE person SET totp_secret = ?, totp_step = ?, version = version + 1"
                            + " WHERE id = ? AND totp_secret IS NULL",
                    Base64.getEncoder().encodeToString(kept),
                    step,
                    person.id());
            if (first) {
                rows.setRecoveryCodes(person.id(), RecoveryCodes.hashes(codes));
                rows.endSessions(person.id(), session.hash());
            }
            return first;
        }));
        return isOn ? new Outcome.Done<>(codes) : IS_ON;
    }

    /** Replaces the recovery codes. @return to be shown this once; empty if the second factor is off */
    public List<String> renewRecoveryCodes(Person person) {
        List<String> codes = RecoveryCodes.next(random);
        boolean isOn = commit(PeopleChange.of(rows -> {
            // Takes the person's row, so that what switches it off at the same time comes before or after.
            boolean on = rows.update(
                    "UPDATE person SET version = version + 1 WHERE id = ? AND totp_secret IS NOT NULL", person.id());
            if (on) {
                rows.setRecoveryCodes(person.id(), RecoveryCodes.hashes(codes));
            }
            return on;
        }));
        return isOn ? codes : List.of();
    }

    /** Returns the number of unused recovery codes. */
    public int recoveryCodesLeft(String personId) {
        return database.read(sql -> (int)
                sql.number("SELECT COUNT(*) FROM recovery_code WHERE person_id = ? AND used_at IS NULL", personId));
    }

    /** Switches the second factor off. Doing it twice is no error. */
    public void switchOff(String personId) {
        commit(removal(personId));
    }

    /**
     * Removes the second factor of a person who has lost it, in one commit with its record.
     *
     * @param telling creates the record; its condition, asked on the writer's thread, is whether there was a second factor
     * @return whether there was a second factor
     */
    public boolean remove(String personId, Function<BooleanSupplier, Change> telling) {
        PeopleChange<Boolean> removal = removal(personId);
        writer.commitAndWait(Unit.of(removal, telling.apply(removal::outcome)));
        return removal.outcome();
    }

    private static PeopleChange<Boolean> removal(String personId) {
        return PeopleChange.of(rows -> rows.removeSecondFactor(personId));
    }

    // ---- signing in with it ----

    /**
     * The second step. The session of the first one ends, and another begins: a token that was known before opens nothing afterwards.
     *
     * @param typed six digits from the app, or a recovery code
     */
    public SignIn enter(BrowserSession begun, String typed, Visit visit) {
        Person person = begun.person();
        SignInWaits.Name counted = SignInWaits.codes(person.id());
        Duration wait = waits.begin(counted, visit);
        if (wait.isPositive()) {
            return new SignIn.Wait(wait);
        }
        String token = Tokens.nextOfSession(random, box);
        Instant now = clock.instant();
        NewSession next = new NewSession(Tokens.hash(token), person, now, now, false, visit.address(), visit.agent());
        PeopleChange.Step<Boolean> use = useOf(person.id(), typed, now);
        boolean isIn = use != null
                && commit(PeopleChange.of(rows -> {
                    // The session is checked before the code: if two codes come for one sign-in, the second is not used
                    // up.
                    // The person's row is locked first, as everywhere.
                    rows.take(person.id());
                    boolean isWaiting = rows.update(
                            "UPDATE session SET code_due = 1 WHERE hash = ? AND code_due = 1", begun.hash());
                    boolean good = isWaiting && use.run(rows);
                    if (good) {
                        rows.update("DELETE FROM session WHERE hash = ?", begun.hash());
                        rows.insertSession(next);
                    }
                    return good;
                }));
        if (!isIn) {
            return new SignIn.Wrong();
        }
        waits.succeeded(counted, visit);
        return new SignIn.Welcome(token, person, false);
    }

    /** Returns the change that uses up the typed code; null if the code is wrong. */
    private PeopleChange.@Nullable Step<Boolean> useOf(String personId, String typed, Instant now) {
        if (!AppCodes.isCode(typed)) {
            String hash = RecoveryCodes.hash(typed);
            return rows -> rows.update(
                    "UPDATE recovery_code SET used_at = ? WHERE person_id = ? AND hash = ? AND used_at IS NULL",
                    now,
                    personId,
                    hash);
        }
        String kept = keptSecret(personId);
        Long step = kept == null ? null : AppCodes.stepOf(openedKept(kept, personId), typed, clock.instant());
        return kept == null || step == null
                ? null
                : rows -> rows.update(
                        "UPDATE person SET totp_step = ? WHERE id = ? AND totp_step < ? AND totp_secret = ?",
                        step,
                        personId,
                        step,
                        kept);
    }

    private @Nullable String keptSecret(String personId) {
        return database.read(
                sql -> sql.one("SELECT totp_secret FROM person WHERE id = ?", row -> row.getString(1), personId));
    }

    private String openedKept(String kept, String personId) {
        return new String(secrets.open(Base64.getDecoder().decode(kept), keptOf(personId)), StandardCharsets.UTF_8);
    }

    private static String keptOf(String personId) {
        return "of " + personId;
    }

    private <O> O commit(PeopleChange<O> change) {
        writer.commitAndWait(Unit.of(change));
        return change.outcome();
    }

    /** Recovery codes of a person without the app: ten, each of 16 letters and digits in groups of four. Only their hashes are stored. */
    static final class RecoveryCodes {

        private static final int COUNT = 10;
        private static final String ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
        private static final int CHARS = 16;
        private static final int GROUP = 4;

        private RecoveryCodes() {}

        /** Returns new codes, to be shown once. */
        static List<String> next(RandomGenerator random) {
            List<String> codes = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                codes.add(Tokens.letters(random, ALPHABET, CHARS).replaceAll("(.{" + GROUP + "})(?=.)", "$1-"));
            }
            return codes;
        }

        /** Returns the hash of a typed code. Case, spaces and hyphens do not count. */
        static String hash(String typed) {
            return Tokens.hash(typed.toLowerCase(Locale.ROOT).replaceAll("[\\s-]", ""));
        }

        static List<String> hashes(List<String> codes) {
            return codes.stream().map(RecoveryCodes::hash).toList();
        }
    }

    /** Returns the secrets of second factors as they lie in the database. */
    public static SealedValues sealed(SecretBox box) {
        return SealedValues.lasting(
                "second factors",
                "totp_secret",
                "person WHERE totp_secret IS NOT NULL",
                new SealedValues.Column(
                        "SELECT id, totp_secret FROM person WHERE totp_secret IS NOT NULL AND id > ? ORDER BY id LIMIT ?",
                        "UPDATE person SET totp_secret = ? WHERE id = ? AND totp_secret = ?",
                        box.purpose(PURPOSE),
                        SecondFactor::keptOf));
    }
}
