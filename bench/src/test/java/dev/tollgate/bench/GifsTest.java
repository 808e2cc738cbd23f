package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class GifsTest {

    @Test
    void a_large_gif_has_sixteen_mebipixels_in_a_body_of_some_1_5_megabytes() throws Exception {
        byte[] gif = Gifs.gif(Gifs.LARGE_SIDE);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(gif));

        assertThat((long) image.getWidth() * image.getHeight()).isEqualTo(16L << 20);
        assertThat(Gifs.body(gif).length).isBetween(1_300_000, 1_700_000);
    }
}
