package dev.tollgate.stress;

import dev.tollgate.Main;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;

/**
 * The program on a leash: it ends when the process that started it has ended, for any reason. That process can make it run out of memory by
 * sending a character, and get direct memory again by another.
 */
public final class Leashed {

    static final char NO_HEAP = 'h';
    static final char NO_DIRECT_MEMORY = 'd';
    static final char DIRECT_MEMORY_AGAIN = 'f';

    private static final int BITE = 1 << 20;

    /** What is eaten, each piece with the one before. */
    private static volatile Object[] eaten = {};

    private static volatile boolean isHungry;

    private Leashed() {}

    private static void eat(IntFunction<Object> food) {
        for (int bytes = BITE; bytes > 0; ) {
            try {
                eaten = new Object[] {eaten, food.apply(bytes)};
            } catch (OutOfMemoryError e) {
                bytes /= 16; // each that is refused takes half a second
            }
        }
    }

    /** Whoever had some gives it back: what was held while the rest was eaten would be enough to live on. */
    private static void eatOn(IntFunction<Object> food) {
        isHungry = true;
        Thread.ofPlatform().daemon().start(() -> {
            while (isHungry) {
                eat(food);
            }
            eaten = new Object[] {};
        });
    }

    public static void main(String[] args) {
        Thread.ofPlatform().daemon().start(Leashed::awaitEndOfStarter);
        Main.main(args);
    }

    /** Standard input is a pipe whose other end only the parent process holds. */
    private static void awaitEndOfStarter() {
        try {
            for (int said = System.in.read(); said >= 0; said = System.in.read()) {
                switch (said) {
                    case NO_HEAP -> eat(byte[]::new);
                    case NO_DIRECT_MEMORY -> eatOn(ByteBuffer::allocateDirect);
                    case DIRECT_MEMORY_AGAIN -> isHungry = false;
                    default -> {}
                }
            }
        } catch (IOException e) {
            // As good as the end.
        }
        Runtime.getRuntime().halt(1);
    }
}
