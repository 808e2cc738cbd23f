package dev.tollgate.storage;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A part that gives out numbers, from memory, and writes them into the accounts' table. */
final class Numbers implements Part<Numbers.Number> {

    /** Takes the next free number. */
    static final class Number extends Decision<Long> {

        final String name;

        Number(String name) {
            this.name = name;
        }
    }

    /** How many were written in each commit. */
    final List<Integer> batches = new ArrayList<>();

    private long last;
    private long written;
    volatile boolean knows = true;
    volatile int underWay;
    volatile Thread thread = Thread.currentThread();
    volatile CountDownLatch writing = new CountDownLatch(0);
    volatile CountDownLatch write = new CountDownLatch(0);

    void hold() {
        writing = new CountDownLatch(1);
        write = new CountDownLatch(1);
    }

    @Override
    public Class<Number> type() {
        return Number.class;
    }

    @Override
    public boolean decidesFromMemory() {
        return true;
    }

    @Override
    public boolean knows(List<Number> changes) {
        return knows;
    }

    @Override
    public void decide(Statements statements, List<Number> changes) {
        for (Number number : changes) {
            last++;
            if (number.name.equals("bad")) {
                throw new IllegalStateException("no number for this one");
            }
            number.decide(last);
        }
    }

    @Override
    public void write(Statements statements, List<Number> changes) throws SQLException {
        thread = Thread.currentThread();
        writing.countDown();
        await(write);
        PreparedStatement insert = statements.of("INSERT INTO account (id, name, created_at) VALUES (?, 'number', ?)");
        for (Number number : changes) {
            insert.setString(1, number.name);
            insert.setLong(2, number.outcome());
            insert.executeUpdate();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void committed(List<Number> changes) {
        written = last;
        batches.add(changes.size());
    }

    @Override
    public void undone() {
        last = written;
    }

    @Override
    public int underWay() {
        return underWay;
    }
}
