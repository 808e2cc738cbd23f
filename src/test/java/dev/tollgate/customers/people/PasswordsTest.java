package dev.tollgate.customers.people;

import static dev.tollgate.testing.Asserts.assertThat;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class PasswordsTest {

    /** A size of hashes that only this test uses. */
    private static final int KIBIBYTES = 136;

    private static final Visit HERE = new Visit("192.0.2.1", "c0000201", "192.0.2.0/24", "a browser", List.of());
    private static final String PASSWORD = "what nobody would guess";

    /** A function of one's own for each hash would leave a hook for the process's end behind, each time: one serves all. */
    @Test
    void a_hashs_memory_is_allocated_at_the_first_sign_in() throws ReflectiveOperationException {
        try (Passwords passwords = new Passwords(new Random(), KIBIBYTES)) {
            passwords.hashOfRandom(PASSWORD); // which a start does
            assertThat(kept(KIBIBYTES)).isZero();
            String hash = passwords.hash(HERE, PASSWORD);
            assertThat(passwords.matches(HERE, PASSWORD, hash)).isTrue();
            assertThat(passwords.matches(HERE, "another", hash)).isFalse();
            assertThat(passwords.matches(HERE, PASSWORD, null)).isFalse();
            assertThat(kept(KIBIBYTES)).isEqualTo(1);
        }
    }

    /** How many functions with that memory the library keeps. */
    private static long kept(int kibibytes) throws ReflectiveOperationException {
        Field kept = Argon2Function.class.getDeclaredField("INSTANCES");
        kept.setAccessible(true);
        return ((Map<?, ?>) kept.get(null))
                .values().stream()
                        .filter(function -> ((Argon2Function) function).getMemory() == kibibytes)
                        .count();
    }

    @Test
    void hashes_equal_those_of_the_librarys_own_function() {
        Argon2Function librarys = Argon2Function.getInstance(KIBIBYTES + 8, 2, 1, 32, Argon2.ID);
        try (Passwords passwords = new Passwords(new Random(), KIBIBYTES + 8)) {
            String theirs =
                    Password.hash(PASSWORD).addRandomSalt(16).with(librarys).getResult();
            assertThat(passwords.matches(HERE, PASSWORD, theirs)).isTrue();
            assertThat(Password.check(PASSWORD, passwords.hash(HERE, PASSWORD)).with(librarys))
                    .isTrue();
        }
    }

    @Test
    void a_hash_with_other_costs_is_checked_by_its_own() {
        try (Passwords passwords = new Passwords(new Random(), KIBIBYTES + 24)) {
            String quick = passwords.hashOfRandom(PASSWORD);
            assertThat(quick).contains("$m=64,t=1,p=1$");
            assertThat(passwords.matches(HERE, PASSWORD, quick)).isTrue();
            assertThat(passwords.matches(HERE, "another", quick)).isFalse();
        }
    }

    @Test
    void made_passwords_and_unknown_logins_cost_a_whole_hash() {
        int kibibytes = KIBIBYTES + 16;
        List<Integer> computed = new CopyOnWriteArrayList<>();
        Passwords counting = new Passwords(new Random(), kibibytes) {
            @Override
            boolean matches(String password, String hash, Argon2Function function) {
                computed.add(function.getMemory());
                return super.matches(password, hash, function);
            }
        };
        try (counting) {
            String made = counting.hashOfRandom(PASSWORD);
            String chosen = counting.hash(HERE, PASSWORD);
            for (String hash : Arrays.asList(made, chosen, null, Passwords.NONE)) {
                computed.clear();
                counting.matches(HERE, "another", hash);
                assertThat(computed).filteredOn(memory -> memory == kibibytes).hasSize(1);
            }
        }
    }

    @Test
    void hashing_leaves_half_of_the_cores_to_callers() {
        int cores = Runtime.getRuntime().availableProcessors();
        assertThat(Passwords.BOUNDS.atOnceMax()).isEqualTo(Math.max(1, cores / 2));
    }
}
