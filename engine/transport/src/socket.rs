//! Sockets with the buffers that this traffic needs.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Once;

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::TcpStream;

use crate::settings::SOCKET_BUFFER_BYTES;

/// Bytes that TCP may hold unsent. More would only queue in front of what is urgent, since the mux below it has
/// the order; one busy screen update is about this.
#[cfg(target_os = "linux")]
const TCP_UNSENT_BYTES_MAX: u32 = 16 << 10;

/// A UDP socket on `address` (port 0: any) with large buffers, if the system lets us have them.
pub(crate) fn bind_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    enlarge_buffers(&socket);
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// Sets a TCP connection up for the WebSocket carrier: no waiting to fill packets, and little unsent in the kernel.
/// What the system refuses is left as it is: the link works without, only less promptly.
pub fn tune_tcp(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    if let Err(error) = socket.set_tcp_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was refused");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = socket.set_tcp_notsent_lowat(TCP_UNSENT_BYTES_MAX) {
        tracing::debug!(%error, "TCP_NOTSENT_LOWAT was refused");
    }
}

fn enlarge_buffers(socket: &Socket) {
    static WARNED: Once = Once::new();
    let asked = socket
        .set_recv_buffer_size(SOCKET_BUFFER_BYTES)
        .and_then(|()| socket.set_send_buffer_size(SOCKET_BUFFER_BYTES));
    let (received, sent) =
        (socket.recv_buffer_size().unwrap_or_default(), socket.send_buffer_size().unwrap_or_default());
    if asked.is_ok() && SOCKET_BUFFER_BYTES <= received.min(sent) {
        return;
    }
    WARNED.call_once(|| {
        tracing::warn!(
            wanted = SOCKET_BUFFER_BYTES,
            received,
            sent,
            "the system gives UDP small buffers; under load packets are lost. Cure on Linux: \
             sysctl -w net.core.rmem_max={SOCKET_BUFFER_BYTES} net.core.wmem_max={SOCKET_BUFFER_BYTES}",
        );
    });
}
