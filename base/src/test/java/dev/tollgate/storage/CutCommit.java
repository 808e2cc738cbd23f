package dev.tollgate.storage;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Connections to a server of which the wire is cut in the first commit of a batch: after it took place, or on its way. */
final class CutCommit {

    private final DataSource real;
    private final boolean afterwards;
    private @Nullable PreparedStatement onItsWay;

    CutCommit(DataSource real, boolean afterwards) {
        this.real = real;
        this.afterwards = afterwards;
    }

    DataSource source() {
        return like(
                DataSource.class,
                (proxy, method, args) -> method.getName().equals("getConnection")
                        ? cutting(real.getConnection())
                        : call(real, method, args));
    }

    /** What was on its way reaches the server after all. */
    void arriveLate() throws SQLException {
        if (onItsWay == null) {
            throw new IllegalStateException("nothing was cut");
        }
        onItsWay.execute();
    }

    private Connection cutting(Connection connection) {
        return like(Connection.class, (proxy, method, args) -> switch (method.getName()) {
            case "prepareStatement" -> {
                PreparedStatement statement = (PreparedStatement) call(connection, method, args);
                yield onItsWay == null && ((String) args[0]).endsWith("COMMIT")
                        ? lost(connection, statement)
                        : statement;
            }
            case "close" -> null; // the server has not noticed yet
            default -> call(connection, method, args);
        });
    }

    private PreparedStatement lost(Connection connection, PreparedStatement commit) {
        onItsWay = commit;
        return like(PreparedStatement.class, (proxy, method, args) -> switch (method.getName()) {
            case "execute" -> {
                if (afterwards) {
                    commit.execute();
                    connection.close();
                }
                throw new SQLException("the wire is cut", "08006");
            }
            case "close" -> null;
            default -> call(commit, method, args);
        });
    }

    private static <T> T like(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] args) throws Throwable {
        try {
            return method.invoke(target, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
