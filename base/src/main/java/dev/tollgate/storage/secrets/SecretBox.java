package dev.tollgate.storage.secrets;

import dev.tollgate.storage.NodeLease;
import dev.tollgate.storage.StoreException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * Encryption at rest under the installation's secret keys (C20): the first of the ring seals, and each of them opens. Each purpose has a key of its
 * own, derived from the secret key (HMAC-SHA256), so that a leak about the key of one purpose does not affect another. Thread-safe.
 */
public final class SecretBox {

    /** A ring has the key in use, and keys under which something is still sealed. */
    public static final int KEYS_MAX = 4;

    private static final String CHECK = "tollgate secret key";
    private static final String SEALS = "tollgate seals ";

    private final List<RingKey> keys;
    private final SecureRandom random;

    /** The id of the key whose sealed values do not name it; null if nothing of that form may be there any more. */
    private volatile @Nullable String firstForm;

    /**
     * @param ring one to four keys of 64 hex digits, with white space or commas between them
     * @throws IllegalArgumentException when it is not that, or if a key is there twice; the message quotes no key
     */
    public SecretBox(String ring, SecureRandom random) {
        String[] hex = ring.strip().split("\\s*,\\s*|\\s+");
        if (hex.length > KEYS_MAX || !Arrays.stream(hex).allMatch(it -> it.matches("[0-9a-fA-F]{64}"))) {
            throw new IllegalArgumentException(
                    "allowed are one to four keys of 64 hex digits, each on a line of its own or with commas between them");
        }
        List<RingKey> all = new ArrayList<>();
        Arrays.stream(hex).forEach(it -> all.add(new RingKey(it)));
        if (new HashSet<>(all.stream().map(RingKey::id).toList()).size() < all.size()) {
            throw new IllegalArgumentException("a key is given twice, or two keys have the same id");
        }
        this.keys = List.copyOf(all);
        this.random = random;
        this.firstForm = id();
    }

    /** Returns the id of the key that seals: eight hex digits, which do not reveal it. */
    public String id() {
        return keys.getFirst().id();
    }

    /** Returns the ids of all keys, the sealing one first. */
    public List<String> ids() {
        return keys.stream().map(RingKey::id).toList();
    }

    /** Returns what other servers are to know of the keys. */
    public NodeLease.Keys nodeKeys() {
        return new NodeLease.Keys(ids(), firstForm);
    }

    /** Returns a value that shows later whether a ring has the present sealing key. */
    String check() {
        byte[] sealed = purpose(CHECK).seal(CHECK.getBytes(StandardCharsets.UTF_8), CHECK);
        return Base64.getEncoder().encodeToString(sealed);
    }

    /** Returns whether a check opens. @param unnamed the id of the key of values that do not name theirs */
    boolean passes(String check, @Nullable String unnamed) {
        try {
            byte[] opened = purpose(CHECK).open(Base64.getDecoder().decode(check), CHECK, unnamed);
            return Arrays.equals(opened, CHECK.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | StoreException e) {
            return false;
        }
    }

    /** Sets whose values do not name their key. Before anything is sealed or opened. @param id null if none are left */
    void firstForm(@Nullable String id) {
        firstForm = id;
    }

    /** Returns the id of the key whose sealed values begin so; null if none's do. */
    @Nullable
    String idOf(HeadIs begins) throws SQLException {
        for (RingKey key : keys) {
            if (begins.head(head(key))) {
                return key.id();
            }
        }
        return null;
    }

    /** Looks at how the values of a key begin. */
    @FunctionalInterface
    interface HeadIs {
        boolean head(byte[] head) throws SQLException;
    }

    /** Returns how the values that a key seals begin. @param id of a key of the ring */
    byte[] headOf(String id) {
        return head(keys.stream().filter(key -> key.id().equals(id)).findFirst().orElseThrow());
    }

    private byte[] head(RingKey key) {
        return key.id().equals(firstForm) ? new byte[] {Purpose.UNNAMED} : key.named(Purpose.NAMED);
    }

    /** @param name the purpose, never to be changed: text sealed for it cannot be opened for another purpose */
    public Purpose purpose(String name) {
        return new Purpose(keys.stream()
                .map(key -> new Seal(key.hmac(SEALS + name, new byte[0]), random))
                .toList());
    }

    /**
     * Encryption for one purpose. The first byte of a sealed value is its form (C21): 1 is under the key of which the database says so, in 2 the id of
     * the key follows. Thread-safe.
     */
    public final class Purpose {

        private static final byte UNNAMED = 1;
        private static final byte NAMED = 2;

        /** Parallel to the keys of the ring. */
        private final List<Seal> seals;

        private Purpose(List<Seal> seals) {
            this.seals = seals;
        }

        /** @param context kind and owner of the content */
        public byte[] seal(byte[] plain, String context) {
            byte[] head = head(keys.getFirst());
            byte[] sealed = seals.getFirst().seal(plain, context);
            byte[] whole = Arrays.copyOf(head, head.length + sealed.length);
            System.arraycopy(sealed, 0, whole, head.length, sealed.length);
            return whole;
        }

        /** @throws StoreException if it was sealed with a key that is not in the ring or for another context, or was changed */
        public byte[] open(byte[] sealed, String context) {
            return open(sealed, context, firstForm);
        }

        private byte[] open(byte[] sealed, String context, @Nullable String unnamed) {
            for (int i = 0; i < seals.size(); i++) {
                int head = headOf(sealed, keys.get(i), unnamed);
                if (head > 0) {
                    return seals.get(i).open(Arrays.copyOfRange(sealed, head, sealed.length), context);
                }
            }
            throw new StoreException("what was sealed is under no key of the ring: " + context);
        }

        /** Returns the length of a value's head if the value is under a key; else 0. */
        private static int headOf(byte[] sealed, RingKey key, @Nullable String unnamed) {
            if (sealed.length > 0 && sealed[0] == UNNAMED) {
                return key.id().equals(unnamed) ? 1 : 0;
            }
            byte[] named = key.named(NAMED);
            boolean isIts =
                    sealed.length >= named.length && Arrays.equals(sealed, 0, named.length, named, 0, named.length);
            return isIts ? named.length : 0;
        }

        /** Returns whether a value is under another key than the present sealing key. */
        public boolean isOld(byte[] sealed) {
            return headOf(sealed, keys.getFirst(), firstForm) == 0;
        }

        /** Returns the value under the present sealing key. @throws StoreException as {@link #open} */
        public byte[] anew(byte[] sealed, String context) {
            return isOld(sealed) ? seal(open(sealed, context), context) : sealed;
        }

        @Override
        public String toString() {
            return "Purpose";
        }
    }

    /**
     * Returns a keyed hash: the same content in the same context has the same hash, which does not reveal the content without the key.
     *
     * @return 32 bytes, under the key that seals
     */
    public byte[] print(String context, byte[] content) {
        return printer().print(context, content);
    }

    /** Returns the keyed hash under each key, the sealing one's first: for what was made before that key became the first. */
    public List<byte[]> prints(String context, byte[] content) {
        return printers().map(printer -> printer.print(context, content)).toList();
    }

    /** Returns what makes many prints at less cost. */
    public Printer printer() {
        return keys.getFirst().printer();
    }

    /** Returns a printer for each key, the sealing one's first. */
    public Stream<Printer> printers() {
        return keys.stream().map(RingKey::printer);
    }

    /** Makes keyed hashes as {@link SecretBox#print} does. For one thread. */
    public static final class Printer {

        private final Mac mac;

        Printer(Mac mac) {
            this.mac = mac;
        }

        /** @return 32 bytes */
        public byte[] print(String context, byte[] content) {
            return RingKey.hmac(mac, context, content);
        }
    }

    /**
     * Returns random numbers that are the same for the same seed and unpredictable without the key that seals.
     *
     * @return a generator for one thread
     */
    public RandomGenerator drawn(String context, String seed) {
        AtomicLong next = new AtomicLong();
        return () -> ByteBuffer.wrap(
                        print(context, (seed + " " + next.getAndIncrement()).getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    @Override
    public String toString() {
        return "SecretBox";
    }
}
