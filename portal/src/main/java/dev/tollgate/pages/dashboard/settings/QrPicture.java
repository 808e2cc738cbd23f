package dev.tollgate.pages.dashboard.settings;

import io.nayuki.qrcodegen.QrCode;

/**
 * A QR code to be drawn as one path.
 *
 * @param size of a side in modules, the quiet border included
 * @param path of squares of one module each
 */
public record QrPicture(int size, String path) {

    /** The border that readers require. */
    private static final int BORDER = 4;

    public static QrPicture of(String text) {
        QrCode code = QrCode.encodeText(text, QrCode.Ecc.MEDIUM);
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            int x = 0;
            while (x < code.size) {
                int from = x;
                while (x < code.size && code.getModule(x, y)) {
                    x++;
                }
                if (x > from) {
                    path.append('M').append(from + BORDER).append(' ').append(y + BORDER);
                    path.append('h')
                            .append(x - from)
                            .append("v1H")
                            .append(from + BORDER)
                            .append('z');
                }
                x++;
            }
        }
        return new QrPicture(code.size + 2 * BORDER, path.toString());
    }
}
