// SPDX-License-Identifier: Apache-2.0
// An icon in the tray by java.awt.SystemTray: java OlderTray.java NAME. It says what it hears into NAME.said.
import java.awt.*;
import java.awt.event.*;
import java.awt.image.BufferedImage;
import java.nio.file.*;

public class OlderTray {
    static void say(Path to, String text) {
        try {
            Files.writeString(to, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public static void main(String[] args) throws Exception {
        Path said = Path.of(args[0] + ".said");
        BufferedImage image = new BufferedImage(24, 24, BufferedImage.TYPE_INT_ARGB);
        Graphics2D g = image.createGraphics();
        g.setColor(new Color(0x33, 0x66, 0xff));
        g.fillRect(0, 0, 24, 24);
        g.dispose();
        if (!SystemTray.isSupported()) {
            say(said, "no tray");
            return;
        }
        PopupMenu menu = new PopupMenu();
        MenuItem open = new MenuItem("Open");
        open.addActionListener(e -> say(said, "open"));
        menu.add(open);
        TrayIcon icon = new TrayIcon(image, "Java's icon", menu);
        icon.setImageAutoSize(true);
        icon.addMouseListener(new MouseAdapter() {
            @Override
            public void mousePressed(MouseEvent e) {
                say(said, "press " + e.getButton());
                if (e.getButton() == MouseEvent.BUTTON2)
                    System.exit(0);
            }
        });
        SystemTray.getSystemTray().add(icon);
        say(said, "ready");
    }
}
