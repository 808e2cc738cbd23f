package dev.tollgate.testing;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractBigDecimalAssert;
import org.assertj.core.api.AbstractBooleanAssert;
import org.assertj.core.api.AbstractByteArrayAssert;
import org.assertj.core.api.AbstractCollectionAssert;
import org.assertj.core.api.AbstractDoubleAssert;
import org.assertj.core.api.AbstractDurationAssert;
import org.assertj.core.api.AbstractInstantAssert;
import org.assertj.core.api.AbstractIntArrayAssert;
import org.assertj.core.api.AbstractIntegerAssert;
import org.assertj.core.api.AbstractLongArrayAssert;
import org.assertj.core.api.AbstractLongAssert;
import org.assertj.core.api.AbstractPathAssert;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.AtomicBooleanAssert;
import org.assertj.core.api.AtomicIntegerAssert;
import org.assertj.core.api.CompletableFutureAssert;
import org.assertj.core.api.IterableAssert;
import org.assertj.core.api.ListAssert;
import org.assertj.core.api.MapAssert;
import org.assertj.core.api.ObjectArrayAssert;
import org.assertj.core.api.ObjectAssert;
import org.assertj.core.api.OptionalAssert;

/**
 * AssertJ's {@code assertThat} for the types that tests compare. AssertJ has a hundred methods of that name, and the compiler weighs each of
 * them at each of nine thousand places: that is a fifth of what it takes to compile the tests. A type that is missing is one more line.
 */
public final class Asserts {

    private Asserts() {}

    public static AbstractStringAssert<?> assertThat(String actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractStringAssert<?> assertThat(StringBuilder actual) {
        return Assertions.assertThat(actual.toString());
    }

    public static AbstractIntegerAssert<?> assertThat(int actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractIntegerAssert<?> assertThat(Integer actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractLongAssert<?> assertThat(long actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractLongAssert<?> assertThat(Long actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractDoubleAssert<?> assertThat(double actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractBooleanAssert<?> assertThat(boolean actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractBooleanAssert<?> assertThat(Boolean actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractBigDecimalAssert<?> assertThat(BigDecimal actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractByteArrayAssert<?> assertThat(byte[] actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractIntArrayAssert<?> assertThat(int[] actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractLongArrayAssert<?> assertThat(long[] actual) {
        return Assertions.assertThat(actual);
    }

    public static <E> ObjectArrayAssert<E> assertThat(E[] actual) {
        return Assertions.assertThat(actual);
    }

    public static <E> ListAssert<E> assertThat(List<? extends E> actual) {
        return Assertions.assertThat(actual);
    }

    public static <E> AbstractCollectionAssert<?, Collection<? extends E>, E, ObjectAssert<E>> assertThat(
            Collection<? extends E> actual) {
        return Assertions.assertThat(actual);
    }

    public static <E> IterableAssert<E> assertThat(Iterable<? extends E> actual) {
        return Assertions.assertThat(actual);
    }

    public static <E> ListAssert<E> assertThat(Stream<? extends E> actual) {
        return Assertions.assertThat(actual);
    }

    public static ListAssert<Integer> assertThat(IntStream actual) {
        return Assertions.assertThat(actual);
    }

    public static <K, V> MapAssert<K, V> assertThat(Map<K, V> actual) {
        return Assertions.assertThat(actual);
    }

    public static <V> OptionalAssert<V> assertThat(Optional<V> actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractPathAssert<?> assertThat(Path actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractInstantAssert<?> assertThat(Instant actual) {
        return Assertions.assertThat(actual);
    }

    public static AbstractDurationAssert<?> assertThat(Duration actual) {
        return Assertions.assertThat(actual);
    }

    public static <T extends Throwable> AbstractThrowableAssert<?, T> assertThat(T actual) {
        return Assertions.assertThat(actual);
    }

    public static AtomicBooleanAssert assertThat(AtomicBoolean actual) {
        return Assertions.assertThat(actual);
    }

    public static AtomicIntegerAssert assertThat(AtomicInteger actual) {
        return Assertions.assertThat(actual);
    }

    public static <V> CompletableFutureAssert<V> assertThat(CompletableFuture<V> actual) {
        return Assertions.assertThat(actual);
    }

    public static <T> ObjectAssert<T> assertThat(T actual) {
        return Assertions.assertThat(actual);
    }

    /** Returns what the group of a pattern has first in a text; without a group, all that is found. */
    public static String found(String pattern, String text) {
        return found(Pattern.compile(pattern), text);
    }

    /** Returns the same of a compiled pattern. */
    public static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(pattern + " in " + text).isTrue();
        return matcher.group(Math.min(1, matcher.groupCount()));
    }
}
