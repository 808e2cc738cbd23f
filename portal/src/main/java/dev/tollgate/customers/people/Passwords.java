package dev.tollgate.customers.people;

import static dev.tollgate.base.words.Sentence.sentence;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.Workers;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Hashes passwords with Argon2id, 19 MiB and two passes, which takes some tens of milliseconds of a core. Half of the cores do this, so that
 * calls have the others. Strangers queue in turns by network, 1,024 of them at most: each network waits for at most one hash of each other one. People who have shown before who they are have a lane of
 * their own, in turns by person; each stranger's hash is followed by one of this lane, so no number of strangers can fill it. Thread-safe;
 * blocks.
 */
public class Passwords implements AutoCloseable {

    public static final int CHARS_MIN = 10;
    public static final int CHARS_MAX = 128;

    /** The memory that OWASP recommends for two passes. */
    public static final int MEMORY_KIB = 19 * 1024;

    /** The stored value for a person without a password; no password matches it. */
    static final String NONE = "";

    private static final int PASSES = 2;
    private static final int HASH_BYTES = 32;
    private static final String STRANGERS = "strangers";
    private static final String KNOWN = "known";
    private static final int SALT_BYTES = 16;
    private static final int ADDRESS_MAX = 4;
    private static final int NETWORK_MAX = 8;

    /** More than a hundred networks can fill, so that they cannot keep a person of another network out. */
    private static final int STRANGERS_MAX = 1_024;

    /** Longer than the turns of a hundred networks take; a browser does not wait longer either. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    private static final int KNOWN_MAX = 256;

    /** The two lanes take turns at the threads; each lane lets in no more than there are threads. */
    static final FairTurns.Bounds BOUNDS = lanes();

    private static final Argon2Function QUICK = Argon2Function.getInstance(64, 1, 1, HASH_BYTES, Argon2.ID);

    // The most common of ten characters and more in published lists, and what people type where they must type
    // something.
    private static final Set<String> COMMON = Set.of(
            "1234567890",
            "0123456789",
            "12345678910",
            "123456789a",
            "1234567891",
            "123456789q",
            "0987654321",
            "1q2w3e4r5t",
            "q1w2e3r4t5",
            "qwertyuiop",
            "qwerty1234",
            "qwerty12345",
            "qwerty123456",
            "asdfghjkl1",
            "asdfghjkl;",
            "zaq12wsxcde3",
            "1qaz2wsx3edc",
            "1qazxsw23edc",
            "password12",
            "password123",
            "password1234",
            "password12345",
            "passw0rd123",
            "p@ssw0rd123",
            "p@ssword123",
            "iloveyou12",
            "iloveyou123",
            "iloveyou1234",
            "letmein123",
            "letmein1234",
            "welcome123",
            "welcome1234",
            "changeme123",
            "changeme1234",
            "administrator",
            "admin12345",
            "admin123456",
            "administrator1",
            "operator12",
            "operator123",
            "operator1234",
            "princess123",
            "football123",
            "baseball123",
            "superman123",
            "michael123",
            "sunshine123",
            "trustno1234",
            "abcdefghij",
            "abcdefghijk",
            "abc1234567",
            "abcd123456",
            "a123456789",
            "aa12345678",
            "abc123456789",
            "googledotcom",
            "internet123",
            "computer123",
            "dragon12345",
            "monkey12345",
            "secret1234",
            "secret12345",
            "summer2024",
            "summer2025",
            "summer2026",
            "winter2025",
            "winter2026",
            "autumn2026",
            "correcthorsebatterystaple",
            "tollgate123",
            "tollgate1234",
            "tollgatetollgate");

    private final Workers workers = new Workers(BOUNDS, Workers.threads("password", 0));
    private final FairTurns strangers =
            new FairTurns(new FairTurns.Bounds(BOUNDS.eachMax(), 1, STRANGERS_MAX, NETWORK_MAX - 1));
    private final FairTurns known = new FairTurns(new FairTurns.Bounds(BOUNDS.eachMax(), 1, KNOWN_MAX, 2));
    private final ConcurrentHashMap<String, Integer> addresses = new ConcurrentHashMap<>();
    private final RandomGenerator random;
    private final int memoryKibibytes;
    private @Nullable String nobodys;

    /** @param memoryKibibytes that a hash fills, {@link #MEMORY_KIB} but in tests */
    public Passwords(RandomGenerator random, int memoryKibibytes) {
        this.random = random;
        this.memoryKibibytes = memoryKibibytes;
    }

    private static FairTurns.Bounds lanes() {
        int threads = Workers.halfOfTheCores(0, 0).atOnceMax();
        return new FairTurns.Bounds(threads, threads, 2 * threads, threads);
    }

    /**
     * Returns the shared function. The library keeps it and its memory until the process ends, so it is created at the first sign-in. A function
     * for each hash would be worse: each adds a shutdown hook.
     */
    private Argon2Function argon2() {
        return Argon2Function.getInstance(memoryKibibytes, PASSES, 1, HASH_BYTES, Argon2.ID);
    }

    /** @return why the password is not acceptable, as a sentence; null if it is */
    public static @Nullable Sentence complaint(String password, @Nullable String login) {
        int chars = password.codePointCount(0, password.length());
        if (chars < CHARS_MIN || chars > CHARS_MAX) {
            return sentence(
                    "A password must have {least} to {most} characters. This one has {chars}.",
                    CHARS_MIN,
                    CHARS_MAX,
                    Integer.toString(chars));
        }
        String lower = password.toLowerCase(Locale.ROOT);
        if (COMMON.contains(lower) || lower.chars().distinct().count() <= 2) {
            return sentence("This password is too easy to guess. Choose another one.");
        }
        if (login != null && lower.equals(login)) {
            return sentence("The password must not be the e-mail address.");
        }
        return null;
    }

    /** Hashes a stranger's password. @throws Busy if too many strangers wait already */
    String hash(Visit visit, String password) {
        return ofStranger(visit, () -> hashNow(password, argon2()));
    }

    /** Hashes the password of a person who is signed in. @throws Busy if too many wait already */
    String hashOf(String personId, String password) {
        return inTurn(known, personId, KNOWN, () -> hashNow(password, argon2()));
    }

    /**
     * Checks a stranger's password. Takes the same time whether there is such a person or not, and whether their password was made by us.
     *
     * @param hash null if the login is unknown
     * @throws Busy if too many strangers wait already
     */
    boolean matches(Visit visit, String password, @Nullable String hash) {
        return ofStranger(visit, () -> check(password, hash));
    }

    /** Checks the password of a person who has signed in with this browser before. @throws Busy if too many wait already */
    boolean matchesOf(String personId, String password, @Nullable String hash) {
        return inTurn(known, personId, KNOWN, () -> check(password, hash));
    }

    private boolean check(String password, @Nullable String hash) {
        String whole = nobodys();
        String known = hash == null || hash.equals(NONE) ? null : hash;
        Argon2Function function = known == null ? QUICK : Argon2Function.getInstanceFromHash(known);
        if (function.getMemory() < memoryKibibytes) {
            matches(password, whole, argon2());
        }
        return known != null && matches(password, known, function);
    }

    /** Overridden by a test that counts what is computed. */
    boolean matches(String password, String hash, Argon2Function function) {
        return Password.check(cut(password), hash).with(function);
    }

    /** Returns a hash that no person has, created on first use because not every start sees a sign-in. */
    private synchronized String nobodys() {
        String known = nobodys;
        if (known == null) {
            known = hashNow("a password without an owner", argon2());
            nobodys = known;
        }
        return known;
    }

    /** Hashes a generated password quickly: it is so random that slow hashing would add nothing but a delay at the start. */
    String hashOfRandom(String password) {
        return hashNow(password, QUICK);
    }

    private String hashNow(String password, Argon2Function function) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return Password.hash(cut(password)).addSalt(salt).with(function).getResult();
    }

    /** Returns at most as much of a text as a password can have, so that a longer one costs no more to hash. */
    private static String cut(String password) {
        return password.length() <= 2 * CHARS_MAX ? password : password.substring(0, 2 * CHARS_MAX);
    }

    /** An address has at most {@link #ADDRESS_MAX} of its wide network's places. */
    private <T> T ofStranger(Visit visit, Supplier<T> work) {
        String address = visit.network();
        boolean isIn = addresses.merge(address, 1, Integer::sum) <= ADDRESS_MAX;
        try {
            if (!isIn) {
                throw new Busy();
            }
            return inTurn(strangers, visit.wideNetwork(), STRANGERS, work);
        } finally {
            addresses.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
        }
    }

    private <T> T inTurn(FairTurns lane, String who, String name, Supplier<T> work) {
        try (FairTurns.Turn turn = lane.enter(who, WAIT_MAX.toNanos())) {
            Workers.Job<T> job = turn == null ? null : workers.start(name, unwanted -> work.get());
            if (job == null) {
                throw new Busy();
            }
            return job.result().join();
        } catch (CompletionException e) {
            throw new IllegalStateException("a password could not be hashed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Busy();
        }
    }

    @Override
    public void close() {
        workers.close();
    }

    /** The exception for too many concurrent sign-ins. */
    public static final class Busy extends RuntimeException {

        private static final long serialVersionUID = 1;

        Busy() {
            super("too many passwords are being checked", null, false, false);
        }
    }
}
